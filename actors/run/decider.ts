import { DomainError } from '../core/errors';
import { isBareApproval, stepAt } from '../runbook/placed-steps';
import { decideAnswer } from './approvals';
import type { RunCommand } from './commands';
import type { RunConfig } from './config';
import type { RunEvent } from './events';
import type { RunState } from './state';
import type { StepState } from './step-state';

/** What a command from outside means for a run. What the run does by itself is recorded by its workflow. */
export function decideRun(command: RunCommand, state: RunState, config: RunConfig): RunEvent[] {
  switch (command.type) {
    case 'Approve':
    case 'Deny':
      return decideAnswer(command, state, config);
    case 'TargetGranted':
      return granted(command.data, state);
    case 'TargetVetoed':
      return vetoed(command.data, state);
    case 'TargetLost':
      return lost(command.data, state);
    case 'Supersede':
      return superseded(command.data, state, config);
    case 'ChildEnded':
      return childEnded(command.data, state);
    case 'Pause':
    case 'Resume':
    case 'Cancel':
    case 'RetryStep':
    case 'SkipStep':
      if (state.phase === 'ended') throw new DomainError('run_ended', 'the run has ended');
      return control(command, state, config);
  }
}

type Control = Extract<RunCommand, { type: 'Pause' | 'Resume' | 'Cancel' | 'RetryStep' | 'SkipStep' }>;

function control(command: Control, state: RunState, { document }: RunConfig): RunEvent[] {
  const { principal: by, reason } = command;
  switch (command.type) {
    case 'Pause':
      return state.pausedBy === null ? [{ type: 'RunPaused', data: { by } }] : [];
    case 'Resume':
      return state.pausedBy === null ? [] : [{ type: 'RunResumed', data: { by } }];
    case 'Cancel':
      if (state.phase === 'undoing') throw new DomainError('not_allowed', 'the run is being taken back already');
      return cancelled(command.data, by, state);
    case 'RetryStep': {
      const path = command.data.step;
      if (state.steps[path]?.status !== 'blocked') {
        throw new DomainError('not_allowed', `step ${path} does not wait for a decision`);
      }
      return [{ type: 'StepRetryRequested', data: { path } }];
    }
    case 'SkipStep': {
      const path = command.data.step;
      if (!reason) throw new DomainError('reason_required', 'to skip a step needs a reason');
      if (isBareApproval(stepAt(document, path))) {
        throw new DomainError('not_allowed', `${path} asks people: it is answered, and never skipped`);
      }
      if (!skippable(state.steps[path])) {
        throw new DomainError('not_allowed', `step ${path} is ${state.steps[path]?.status ?? 'unknown'}`);
      }
      return [{ type: 'StepSkipped', data: { path, reason, by } }];
    }
  }
}

/** One that waits for what is under way may be followed by one that does not. */
function cancelled({ undo, pending }: { undo: boolean; pending?: boolean }, by: string, state: RunState): RunEvent[] {
  if (state.cancel && (pending || !state.cancel.pending)) return [];
  return [{ type: 'CancelRequested', data: { by, undo, ...(pending ? { pending } : {}) } }];
}

/** Not what is under way, since it would go on, and not what is done. A step that was not reached yet may be skipped. */
function skippable(step: StepState | undefined): boolean {
  if (!step) return true;
  return ['waiting', 'retrying', 'blocked'].includes(step.status);
}

function granted({ key, step }: { key: string; step?: string }, state: RunState): RunEvent[] {
  if (state.phase === 'ended') return [];
  if (step !== undefined) return [{ type: 'StepGranted', data: { path: step, key } }];
  const hold = state.targets.find((target) => target.key === key);
  return hold?.status === 'held' ? [] : [{ type: 'TargetAcquired', data: { key, agent: hold?.agent ?? '' } }];
}

function vetoed(
  { code, reason, until }: { code: string; reason: string; until?: string },
  state: RunState,
): RunEvent[] {
  if (state.phase !== 'starting' || state.error) return [];
  return [{ type: 'RunVetoed', data: { code, reason, ...(until === undefined ? {} : { until }) } }];
}

/** Without its lock a run must not go on by itself: somebody else may be at work there. */
function lost({ key, by, reason }: { key: string; by: string; reason: string }, state: RunState): RunEvent[] {
  const hold = state.targets.find((target) => target.key === key);
  if (state.phase === 'ended' || hold?.status === 'lost') return [];
  const paused: RunEvent[] = state.pausedBy === null ? [{ type: 'RunPaused', data: { by } }] : [];
  return [{ type: 'TargetLost', data: { key, by, reason } }, ...paused];
}

/** It ends as one that failed would: what its runbook takes back then is taken back now. */
function superseded({ by }: { key: string; by: string }, state: RunState, { document }: RunConfig): RunEvent[] {
  if (state.phase === 'ended' || state.phase === 'undoing' || state.cancel) return [];
  return [{ type: 'CancelRequested', data: { by, undo: document.on_failure === 'undo' } }];
}

function childEnded(
  data: { step: string; run: string; outcome: string; output?: unknown; error?: { code: string; message: string } },
  state: RunState,
): RunEvent[] {
  const { step: path, ...ended } = data;
  const known = state.steps[path];
  if (known?.child !== ended.run || known.childEnded) return [];
  return [{ type: 'ChildEnded', data: { path, ...ended } }];
}
