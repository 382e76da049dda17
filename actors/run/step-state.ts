import type { Recorded } from '../core/event';
import type { RunEvent } from './events';

export interface StepError {
  code: string;
  message: string;
}

/** `waiting`: for a time, an approval or another run. `blocked`: it failed, and a person decides. */
export type StepStatus = 'running' | 'waiting' | 'retrying' | 'blocked' | 'succeeded' | 'failed' | 'skipped' | 'undone';

export interface StepState {
  status: StepStatus;
  attempt: number;
  startedAt: string;
  endedAt?: string;
  action?: string;
  output?: unknown;
  error?: StepError;
  /** When a wait or the pause before a retry ends. */
  until?: string;
  /** As it was ordered, for its undo. */
  with?: unknown;
  /** Locks that it stood in line for. */
  waitedFor?: string[];
  /** Locks that it was given while it waited in line. */
  granted?: string[];
  /** The run that a `run` step waits for. */
  child?: string;
  childEnded?: { outcome: string; output?: unknown; error?: StepError };
  /** Why it was skipped. */
  reason?: string;
  /** The attempt before failed, and a person wants it tried again. */
  retryRequested?: boolean;
}

export type StepEvent = Extract<
  Recorded<RunEvent>,
  {
    type:
      | `Step${'Started' | 'Succeeded' | 'Failed' | 'RetryScheduled' | 'Skipped' | 'Blocked' | 'RetryRequested' | 'Undone'}`
      | `Step${'Queued' | 'Granted'}`
      | `Child${'Started' | 'Ended'}`
      | 'WaitStarted';
  }
>;

/** A step after one more event about it. */
export function stepAfter(known: StepState, event: StepEvent): StepState {
  switch (event.type) {
    case 'StepStarted': {
      const { attempt, action, with: input } = event.data;
      const ordered = action === undefined ? {} : { action, with: input };
      return { status: 'running', attempt, startedAt: event.time, ...ordered };
    }
    case 'StepSucceeded': {
      const { error: _, until: __, retryRequested: ___, with: input, ...rest } = known;
      // What changed nothing is never undone.
      const ordered = input === undefined || event.data.effect === 'read' ? {} : { with: input };
      return { ...rest, ...ordered, status: 'succeeded', endedAt: event.time, output: event.data.output ?? null };
    }
    case 'StepFailed':
      return { ...known, status: 'failed', endedAt: event.time, error: event.data.error, output: event.data.output };
    case 'StepRetryScheduled':
      return { ...known, status: 'retrying', until: event.data.at, error: event.data.error };
    case 'StepSkipped':
      return { ...known, status: 'skipped', endedAt: event.time, reason: event.data.reason };
    case 'StepBlocked':
      return { ...known, status: 'blocked', error: event.data.error };
    case 'StepRetryRequested':
      return { ...known, retryRequested: true };
    case 'WaitStarted':
      return { ...known, status: 'waiting', until: event.data.until };
    case 'ChildStarted':
      return { ...known, status: 'waiting', child: event.data.run };
    case 'ChildEnded': {
      const { outcome, output, error } = event.data;
      return { ...known, childEnded: { outcome, output, ...(error ? { error } : {}) } };
    }
    case 'StepQueued':
      return { ...known, status: 'waiting', waitedFor: event.data.keys };
    case 'StepGranted':
      return { ...known, granted: [...(known.granted ?? []), event.data.key] };
    case 'StepUndone':
      return { ...known, status: 'undone' };
  }
}
