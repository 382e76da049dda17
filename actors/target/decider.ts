import type { Command } from '../core/command';
import { DomainError } from '../core/errors';
import type { Acquire, Break, Release, ReportOwner, TargetCommand } from './commands';
import type { TargetEvent } from './events';
import { guardVeto } from './guards';
import { evolveTarget, holds, sameClaim, waits, type Claim, type Holder, type TargetState } from './state';

/** Seconds up to which the lease of a long hold grows, so that it adds little to the record. */
const longestLease = 600;
/** Seconds after which an owner that has not answered is asked again, at the latest. */
const answerWithin = 60;
/** One command may have to answer all of them, and all of that is one reply of a workflow. */
const mostWaiting = 1000;
const mostShown = 20;
const mayBreak = ['admin', 'operator'];

/**
 * First come, first served. Any command may come twice: who holds it holds it still, who waits keeps the place.
 * @throws DomainError `limit_reached` | `role_missing` | `reason_required` | `not_found`
 */
export function decideTarget(command: TargetCommand, state: TargetState): TargetEvent[] {
  switch (command.type) {
    case 'Acquire':
      return acquire(command.data, state, command.time);
    case 'Release':
      return thenGrant(state, release(command.data, state), command.time);
    case 'ReportOwner':
      return report(command.data, state, command.time);
    case 'Alarm':
      return inquire(state, command.data.at > command.time ? command.data.at : command.time);
    case 'Break':
      return thenGrant(state, breakLock(command, state), command.time);
  }
}

function acquire({ slots = 0, supersede = false, ...wanted }: Acquire, state: TargetState, now: string): TargetEvent[] {
  if (holds(state, wanted) || waits(state, wanted)) return [];
  const veto = guardVeto(wanted.guards, state, now);
  if (veto) {
    const known = state.vetoes.last.find((last) => sameClaim(last, wanted));
    if (known?.code === veto.code && known.until === veto.until) return [];
    return [{ type: 'TargetVetoed', data: { ...claimOf(wanted), ...veto, waited: false } }];
  }
  const asked = { ...wanted, slots: slots || state.slots };
  if (state.queue.length === 0 && state.holders.length < asked.slots) {
    return [{ type: 'TargetAcquired', data: { ...asked, until: later(now, asked.lease), waited: false } }];
  }
  if (state.queue.length >= mostWaiting) {
    throw new DomainError('limit_reached', `${mostWaiting} wait for it already`);
  }
  const holders = state.holders.slice(0, mostShown).map(({ owner }) => owner);
  const older = supersede ? superseded(state, wanted) : [];
  return thenGrant(state, [{ type: 'TargetQueued', data: { ...asked, holders } }, ...older], now);
}

/** Runs that have or want it as a whole, oldest first; each lets go of it when it has ended. */
function superseded({ holders, queue }: TargetState, { owner: by }: Claim): TargetEvent[] {
  return [...holders, ...queue]
    .filter(({ owner, step }) => step === undefined && owner !== by)
    .map(({ owner }) => ({ type: 'OwnerSuperseded', data: { owner, by } }));
}

/** Without a step, all that the owner has here: it is over. */
function release({ owner, step, outcome }: Release, { holders, queue }: TargetState): TargetEvent[] {
  const meant = (claim: Claim): boolean => claim.owner === owner && (step === undefined || claim.step === step);
  const released = (held: boolean) => (claim: Claim) => {
    const data = { ...claimOf(claim), held, ...(outcome === undefined ? {} : { outcome }) };
    return { type: 'TargetReleased' as const, data };
  };
  return [...queue.filter(meant).map(released(false)), ...holders.filter(meant).map(released(true))];
}

function report({ owner, alive }: ReportOwner, state: TargetState, now: string): TargetEvent[] {
  const held = state.holders.filter((holder) => holder.owner === owner);
  if (alive) return held.filter(({ askAgainAt }) => askAgainAt !== undefined).map((holder) => renewed(holder, now));
  const waiting = state.queue.filter((claim) => claim.owner === owner);
  const gone: TargetEvent[] = [
    ...waiting.map((claim) => ({ type: 'TargetReleased' as const, data: { ...claimOf(claim), held: false } })),
    ...held.map((holder) => ({ type: 'LeaseExpired' as const, data: claimOf(holder) })),
  ];
  return thenGrant(state, gone, now);
}

function renewed(holder: Holder, now: string): TargetEvent {
  const lease = Math.max(holder.lease, Math.min(holder.lease * 2, longestLease));
  return { type: 'LeaseRenewed', data: { ...claimOf(holder), lease, until: later(now, lease) } };
}

function inquire({ holders }: TargetState, now: string): TargetEvent[] {
  return holders
    .filter((holder) => alarmOf(holder) <= now)
    .map((holder) => {
      const askAgainAt = later(now, Math.min(holder.lease, answerWithin));
      return { type: 'OwnerInquired', data: { ...claimOf(holder), askAgainAt } };
    });
}

function breakLock(
  { data, principal, roles, reason }: Command<'Break', Break>,
  { holders }: TargetState,
): TargetEvent[] {
  if (!roles.some((role) => mayBreak.includes(role))) {
    throw new DomainError('role_missing', `a lock is broken by one of the roles ${mayBreak.join(', ')}`);
  }
  if (!reason?.trim()) throw new DomainError('reason_required', 'why the lock is broken must be said');
  const broken = holders.filter(({ owner }) => data.owner === undefined || owner === data.owner);
  if (broken.length === 0) throw new DomainError('not_found', `${data.owner ?? 'nobody'} holds it`);
  return broken.map((holder) => ({ type: 'LockBroken', data: { ...claimOf(holder), by: principal, reason } }));
}

/** What happened, and then what it means for those in line. */
function thenGrant(state: TargetState, events: TargetEvent[], now: string): TargetEvent[] {
  const all = [...events];
  let next = events.reduce((before, event) => after(before, event, now), state);
  for (let grant = nextGrant(next, now); grant; grant = nextGrant(next, now)) {
    all.push(grant);
    next = after(next, grant, now);
  }
  return all;
}

/** The guards of who is first in line are asked again: others have been before it meanwhile. */
function nextGrant({ slots, holders, queue, ...memory }: TargetState, now: string): TargetEvent | null {
  const [first] = queue;
  if (!first || holders.length >= slots) return null;
  const { since: _, ...wanted } = first;
  const veto = guardVeto(wanted.guards, memory, now);
  if (veto) return { type: 'TargetVetoed', data: { ...claimOf(first), ...veto, waited: true } };
  return { type: 'TargetAcquired', data: { ...wanted, slots, until: later(now, wanted.lease), waited: true } };
}

function after(state: TargetState, event: TargetEvent, time: string): TargetState {
  return evolveTarget(state, { ...event, time, sequence: 0 });
}

function alarmOf({ askAgainAt, until }: Holder): string {
  return askAgainAt ?? until;
}

/** When the first lease ends, or an owner that did not answer is to be asked again. */
export function targetAlarm({ holders }: TargetState): string | null {
  return holders.reduce<string | null>((earliest, holder) => {
    const at = alarmOf(holder);
    return earliest === null || at < earliest ? at : earliest;
  }, null);
}

function claimOf({ owner, step }: Claim): Claim {
  return { owner, ...(step === undefined ? {} : { step }) };
}

function later(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
