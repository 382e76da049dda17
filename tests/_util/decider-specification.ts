import { applyCommand, createAgent, type Applied } from '../../actors/core/agent';
import { foldAgent, type AgentState } from '../../actors/core/agent-state';
import { isDomainError } from '../../actors/core/errors';
import { eventName, type DomainEvent } from '../../actors/core/event';
import type { AnyKind } from '../../actors/core/kind';
import { checkedConfig } from '../../actors/core/validate';

export interface Step {
  type: string;
  data: unknown;
  at?: string;
  principal?: string;
  roles?: string[];
  reason?: string;
}

export const start = '2026-01-01T00:00:00.000Z';

/** An agent of this kind with this config, after these commands. */
export function agentAfter(kind: AnyKind, config: unknown, steps: Step[] = []): AgentState {
  const creation = {
    kind: kind.name,
    id: 'a1',
    name: 'a1',
    config: checkedConfig(kind, config),
    command: { id: 'create', principal: 'ada' },
  };
  return steps.reduce((agent, step, i) => apply(kind, agent, step, i).agent, createAgent(kind, creation, start).agent);
}

/** Applies one command, by `system:test` unless it says who. */
export function apply(kind: AnyKind, agent: AgentState, { at = start, ...step }: Step, index: number): Applied {
  return applyCommand(kind, agent, { principal: 'system:test', ...step, id: `c${index}` }, at);
}

/** Reads: given an agent with this history, when it gets a command, then these events follow, or nothing, or a refusal. */
export function specify(kind: AnyKind, config: unknown) {
  return {
    given: (...history: Step[]) => ({
      when: (command: Step) => {
        const before = agentAfter(kind, config, history);
        const run = () => apply(kind, before, command, history.length);
        return {
          then: (...expected: DomainEvent[]) => {
            const { agent, records } = run();
            expect(records.map((record) => ({ type: eventName(record), data: record.data }))).toEqual(expected);
            expect(foldAgent(kind, before, records)).toEqual(agent);
          },
          thenNothingHappened: () => {
            expect(run().agent).toEqual(before);
          },
          thenRefused: (code: string) => {
            let refusal: unknown;
            try {
              run();
            } catch (error) {
              refusal = error;
            }
            expect(isDomainError(refusal) && refusal.code).toBe(code);
          },
        };
      },
    }),
  };
}
