import type { Recorded } from '../core/event';
import type { Guards } from '../core/launch';
import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import type { TargetEvent } from './events';

/** Who has or wants it: a run, or one step of it. */
export interface Claim {
  owner: string;
  step?: string;
}

export interface Holder extends Claim {
  since: string;
  /** End of the lease; `lease` is its length in seconds. */
  until: string;
  lease: number;
  /** The owner was asked whether it lives, and has not answered yet. */
  askAgainAt?: string;
}

export interface Waiting extends Claim {
  since: string;
  lease: number;
  guards: Guards;
}

export interface PastRun {
  owner: string;
  startedAt: string;
  /** Null while it goes on. */
  endedAt: string | null;
  /** As the run said; `expired` where its owner was dead, `broken` where it was taken from it. */
  outcome: string | null;
}

export interface Veto extends Claim {
  code: 'cooldown' | 'most_runs';
  reason: string;
  until: string;
}

export interface TargetState {
  /** How many may hold it at once. */
  slots: number;
  holders: Holder[];
  /** First come, first served. */
  queue: Waiting[];
  /** The last runs that had it, oldest first; steps are none. */
  recent: PastRun[];
  /** When runs began, epoch ms, oldest first: what guards count. At least the last `remembered` ones. */
  begun: number[];
  remembered: number;
  /** When a run last ended: cooldowns count from here. */
  lastEndedAt: string | null;
  vetoes: { count: number; last: Veto[] };
}

export const newTarget: TargetState = {
  slots: 1,
  holders: [],
  queue: [],
  recent: [],
  begun: [],
  remembered: 100,
  lastEndedAt: null,
  vetoes: { count: 0, last: [] },
};

const mostRecent = 100;
const mostVetoes = 20;

export function sameClaim(a: Claim, b: Claim): boolean {
  return a.owner === b.owner && a.step === b.step;
}

/** What a run holds as a whole, each of its steps holds too. */
export function holds({ holders }: TargetState, claim: Claim): boolean {
  return holders.some(({ owner, step }) => owner === claim.owner && (step === undefined || step === claim.step));
}

export function waits({ queue }: TargetState, claim: Claim): boolean {
  return queue.some((waiting) => sameClaim(waiting, claim));
}

/** The state after one more event. */
export function evolveTarget(state: TargetState, event: Recorded<TargetEvent> | LifecycleEvent): TargetState {
  if (isLifecycleEvent(event)) return state;
  switch (event.type) {
    case 'TargetQueued': {
      const { slots, holders: _, ...wanted } = event.data;
      return { ...state, slots, queue: [...state.queue, { ...wanted, since: event.time }] };
    }
    case 'TargetAcquired':
      return acquired(state, event);
    case 'TargetReleased':
      if (!event.data.held) return { ...state, queue: without(state.queue, event.data) };
      return ended(state, event.data, event.time, event.data.outcome ?? null);
    case 'TargetVetoed': {
      const { waited: _, ...veto } = event.data;
      const last = [...without(state.vetoes.last, veto), veto].slice(-mostVetoes);
      return { ...state, queue: without(state.queue, veto), vetoes: { count: state.vetoes.count + 1, last } };
    }
    case 'OwnerInquired':
    case 'LeaseRenewed':
      return withHolder(state, event.data, ({ askAgainAt: _, ...holder }) => ({ ...holder, ...event.data }));
    case 'OwnerSuperseded':
      return state;
    case 'LeaseExpired':
      return ended(state, event.data, event.time, 'expired');
    case 'LockBroken':
      return ended(state, event.data, event.time, 'broken');
  }
}

function acquired(state: TargetState, event: Extract<Recorded<TargetEvent>, { type: 'TargetAcquired' }>): TargetState {
  const { slots, guards, waited: _, ...claim } = event.data;
  const held = {
    ...state,
    slots,
    queue: without(state.queue, claim),
    holders: [...state.holders, { ...claim, since: event.time }],
    vetoes: { ...state.vetoes, last: without(state.vetoes.last, claim) },
  };
  if (claim.step !== undefined) return held;
  const remembered = Math.max(state.remembered, guards.maxRuns ?? 0);
  const run: PastRun = { owner: claim.owner, startedAt: event.time, endedAt: null, outcome: null };
  return {
    ...held,
    remembered,
    recent: [...state.recent, run].slice(-mostRecent),
    begun: [...state.begun, Date.parse(event.time)].slice(-remembered),
  };
}

/** A run that was vetoed elsewhere after it had got this one has done nothing: it counts for no guard. */
function ended(state: TargetState, claim: Claim, time: string, outcome: string | null): TargetState {
  const holder = state.holders.find((candidate) => sameClaim(candidate, claim));
  if (!holder) return state;
  const freed = { ...state, holders: without(state.holders, claim) };
  if (claim.step !== undefined) return freed;
  const recent = state.recent.map((run) =>
    run.owner === claim.owner && run.endedAt === null ? { ...run, endedAt: time, outcome } : run,
  );
  if (outcome !== 'vetoed') return { ...freed, recent, lastEndedAt: time };
  const began = state.begun.lastIndexOf(Date.parse(holder.since));
  return { ...freed, recent, begun: state.begun.filter((_, index) => index !== began) };
}

function withHolder(state: TargetState, claim: Claim, change: (holder: Holder) => Holder): TargetState {
  return { ...state, holders: state.holders.map((holder) => (sameClaim(holder, claim) ? change(holder) : holder)) };
}

function without<T extends Claim>(claims: T[], claim: Claim): T[] {
  return claims.filter((candidate) => !sameClaim(candidate, claim));
}
