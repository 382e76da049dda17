import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import type { Recorded } from '../core/event';
import { jsonBytes } from '../core/json-size';
import type { RunConfig } from './config';
import type { RunEvent, RunOutcome } from './events';
import { stepAfter, type StepError, type StepEvent, type StepState, type StepStatus } from './step-state';

export interface ApprovalState {
  status: 'pending' | 'approved' | 'denied' | 'voided';
  message: string;
  plan: unknown;
  planHash: string;
  roles: string[];
  /** Roles that may answer too since it was escalated. */
  escalatedTo: string[];
  count: number;
  reasonRequired: boolean;
  requestedAt: string;
  expiresAt: string;
  given: { by: string; role: string; at: string }[];
}

export interface TargetHold {
  key: string;
  /** The agent of kind `target` that keeps its lock. */
  agent: string;
  status: 'queued' | 'held' | 'lost';
}

export type RunStatus = 'starting' | 'running' | 'paused' | 'undoing' | 'verifying' | RunOutcome;

export interface RunState {
  status: RunStatus;
  /** By path. */
  steps: Record<string, StepState>;
  /** By path. */
  approvals: Record<string, ApprovalState>;
  targets: TargetHold[];
  /** Paths of steps with an effect that are done, in the order they were: undone from the end. */
  done: string[];
  /** What the run does where it is not paused. */
  phase: 'starting' | 'running' | 'undoing' | 'verifying' | 'ended';
  pausedBy: string | null;
  cancel: { by: string; undo: boolean; pending?: true } | null;
  /** As what it will end, once it is taken back. */
  ending: RunOutcome | null;
  /** When the outcome is looked at. */
  settledAt: string | null;
  /** When a run that was vetoed may be asked for again. */
  vetoedUntil: string | null;
  startedAt: string | null;
  endedAt: string | null;
  error: StepError | null;
  output: unknown;
  /** About how much its steps and approvals take, as JSON. */
  bytes: number;
}

export const initialRun: RunState = {
  status: 'starting',
  steps: {},
  approvals: {},
  targets: [],
  done: [],
  phase: 'starting',
  pausedBy: null,
  cancel: null,
  ending: null,
  settledAt: null,
  vetoedUntil: null,
  startedAt: null,
  endedAt: null,
  error: null,
  output: null,
  bytes: 0,
};

/** The state after one more event. */
export function evolveRun(state: RunState, event: Recorded<RunEvent> | LifecycleEvent): RunState {
  if (isLifecycleEvent(event)) return event.type === 'AgentCreated' ? begun(state, event) : state;
  const next = evolveParts(state, event);
  const status = next.pausedBy !== null && next.endedAt === null ? 'paused' : next.status;
  return status === next.status ? next : { ...next, status };
}

function evolveParts(state: RunState, event: Recorded<RunEvent>): RunState {
  switch (event.type) {
    case 'RunStarted':
      return { ...state, ...phase('running'), startedAt: event.time };
    case 'VerifyStarted':
      return { ...state, ...phase('verifying'), settledAt: later(event.time, event.data.settleMs) };
    case 'UndoStarted': {
      const { outcome, error } = event.data;
      return { ...state, ...phase('undoing'), ending: outcome as RunOutcome, error: error ?? null };
    }
    case 'RunPaused':
      return { ...state, pausedBy: event.data.by };
    case 'RunResumed':
      return { ...state, ...phase(state.phase), pausedBy: null };
    case 'CancelRequested':
      return { ...state, ...phase(state.phase), cancel: event.data, pausedBy: null };
    case 'RunVetoed': {
      const error = { code: event.data.code, message: event.data.reason };
      return { ...state, error, vetoedUntil: event.data.until ?? null };
    }
    case 'RunEnded':
      return ended(state, event);
    case 'TargetQueued':
    case 'TargetAcquired':
    case 'TargetLost':
      return { ...state, targets: evolveTargets(state.targets, event) };
    case 'ApprovalRequested':
    case 'ApprovalGiven':
    case 'ApprovalDenied':
    case 'ApprovalEscalated':
    case 'ApprovalVoided':
    case 'ApprovalCompleted':
      return evolveApproval(state, event);
    case 'ApprovalRefused':
    case 'ApprovalReminded':
    case 'NotificationSent':
    case 'StepVetoed':
    case 'StepUndoFailed':
    case 'RunEscalated':
      return state;
    case 'StepStarted':
    case 'StepSucceeded':
    case 'StepFailed':
    case 'StepRetryScheduled':
    case 'StepSkipped':
    case 'StepBlocked':
    case 'StepRetryRequested':
    case 'WaitStarted':
    case 'ChildStarted':
    case 'ChildEnded':
    case 'StepQueued':
    case 'StepGranted':
    case 'StepUndone':
      return evolveStep(state, event);
  }
}

function later(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

type Phase = RunState['phase'];

/** The status follows from the phase, until the run ends. */
function phase(name: Phase): { phase: Phase; status: RunStatus } {
  return { phase: name, status: name === 'ended' ? 'failed' : name };
}

function begun(state: RunState, { time, data }: Extract<LifecycleEvent, { type: 'AgentCreated' }>): RunState {
  const { lineage } = data.config as RunConfig;
  if (!lineage) return state;
  const finished = (status: StepStatus, more: Partial<StepState>): StepState => ({
    status,
    attempt: 0,
    startedAt: time,
    endedAt: time,
    ...more,
  });
  const done = Object.entries(lineage.done).map(([path, output]) => [path, finished('succeeded', { output })] as const);
  const steps = Object.fromEntries(done);
  return { ...state, steps, bytes: jsonBytes(steps) };
}

function ended(state: RunState, { time, data }: Extract<Recorded<RunEvent>, { type: 'RunEnded' }>): RunState {
  const error = data.error ?? state.error;
  return { ...state, phase: 'ended', status: data.outcome, endedAt: time, error, output: data.output ?? null };
}

type TargetEvent = Extract<Recorded<RunEvent>, { type: `Target${string}` }>;

function evolveTargets(targets: TargetHold[], event: TargetEvent): TargetHold[] {
  const others = targets.filter(({ key }) => key !== event.data.key);
  switch (event.type) {
    case 'TargetQueued':
      return [...others, { key: event.data.key, agent: event.data.agent, status: 'queued' }];
    case 'TargetAcquired':
      return [...others, { key: event.data.key, agent: event.data.agent, status: 'held' }];
    case 'TargetLost':
      return targets.map((hold) => (hold.key === event.data.key ? { ...hold, status: 'lost' } : hold));
  }
}

type ApprovalEvent = Extract<
  Recorded<RunEvent>,
  { type: `Approval${'Requested' | 'Given' | 'Denied' | 'Escalated' | 'Voided' | 'Completed'}` }
>;

function evolveApproval(state: RunState, event: ApprovalEvent): RunState {
  const { path } = event.data;
  const known = state.approvals[path];
  const set = (approval: ApprovalState): RunState => ({
    ...state,
    bytes: state.bytes + growth(path, known, approval),
    approvals: { ...state.approvals, [path]: approval },
  });
  if (event.type === 'ApprovalRequested') {
    const { path: _, ...asked } = event.data;
    return set({ ...asked, status: 'pending', escalatedTo: [], requestedAt: event.time, given: [] });
  }
  if (!known) return state;
  switch (event.type) {
    case 'ApprovalGiven':
      return set({ ...known, given: [...known.given, { by: event.data.by, role: event.data.role, at: event.time }] });
    case 'ApprovalDenied':
      return set({ ...known, status: 'denied' });
    case 'ApprovalEscalated':
      return set({ ...known, escalatedTo: event.data.roles });
    case 'ApprovalVoided':
      return set({ ...known, status: 'voided' });
    case 'ApprovalCompleted':
      return set({ ...known, status: 'approved' });
  }
}

function evolveStep(state: RunState, event: StepEvent): RunState {
  const { path } = event.data;
  const known: StepState = state.steps[path] ?? { status: 'running', attempt: 0, startedAt: event.time };
  const step = stepAfter(known, event);
  const effectful = event.type === 'StepSucceeded' && event.data.effect !== undefined && event.data.effect !== 'read';
  const done = effectful && !state.done.includes(path) ? [...state.done, path] : state.done;
  const bytes = state.bytes + growth(path, state.steps[path], step);
  return { ...state, done, bytes, steps: { ...state.steps, [path]: step } };
}

function growth(path: string, before: object | undefined, after: object): number {
  return before ? jsonBytes(after) - jsonBytes(before) : path.length + jsonBytes(after);
}
