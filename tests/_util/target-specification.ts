import { agentAfter as agentOf, specify, type Step } from './decider-specification';
import { applyCommand } from '../../actors/core/agent';
import type { AgentState } from '../../actors/core/agent-state';
import { eventName, type EventRecord } from '../../actors/core/event';
import type { Effect } from '../../actors/core/effect';
import type { TargetConfig } from '../../actors/target/config';
import type { TargetState } from '../../actors/target/state';
import { target } from '../../actors/target/target';

/** Words for the specifications of targets. Times are seconds after the start. */

const config = { key: 'service:web' };
export const { given } = specify(target, config);
export const at = (seconds: number): string =>
  new Date(Date.parse('2026-01-01T00:00:00.000Z') + seconds * 1000).toISOString();

export const acquire = (owner: string, seconds = 0, more: object = {}): Step => ({
  type: 'Acquire',
  data: { owner, ...more },
  at: at(seconds),
});
export const release = (owner: string, seconds = 0, more: object = {}): Step => ({
  type: 'Release',
  data: { owner, ...more },
  at: at(seconds),
});
export const alarm = (seconds: number): Step => ({ type: 'Alarm', data: { at: at(seconds) }, at: at(seconds) });
export const report = (owner: string, alive: boolean, seconds: number): Step => ({
  type: 'ReportOwner',
  data: { owner, alive },
  at: at(seconds),
});

export const acquired = (owner: string, seconds: number, more: object = {}) => ({
  type: 'TargetAcquired',
  data: { owner, slots: 1, lease: 60, guards: {}, until: at(seconds + 60), waited: false, ...more },
});
export const queued = (owner: string, holders: string[], more: object = {}) => ({
  type: 'TargetQueued',
  data: { owner, slots: 1, lease: 60, guards: {}, holders, ...more },
});
export const released = (owner: string, more: object = {}) => ({
  type: 'TargetReleased',
  data: { owner, held: true, ...more },
});
export const vetoed = (owner: string, code: string, reason: string, until: string, waited: boolean) => ({
  type: 'TargetVetoed',
  data: { owner, code, reason, until, waited },
});

export type Target = AgentState<TargetState, TargetConfig>;

/** The target after these commands. */
export function targetAfter(...steps: Step[]): Target {
  return agentOf(target, config, steps) as Target;
}

export function alarmOf({ state, config: own }: Target): string | null {
  return target.alarm?.(state, own) ?? null;
}

/** The events and effects of a command, with whatever it carries. */
export function doing(
  agent: Target,
  step: Step,
  more: { roles?: string[]; reason?: string; principal?: string } = {},
): { events: unknown[]; effects: Effect[]; records: EventRecord[]; next: Target } {
  const command = { id: 'do', principal: 'system:test', type: step.type, data: step.data, ...more };
  const { records, effects, agent: next } = applyCommand(target, agent, command, step.at ?? at(0));
  return { events: records.map((record) => [eventName(record), record.data]), effects, records, next: next as Target };
}
