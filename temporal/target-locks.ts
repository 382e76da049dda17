import { createHash } from 'node:crypto';
import type { CommandResult } from '../actors/core/command';
import { DomainError, type DomainErrorCode } from '../actors/core/errors';
import { eventName, type EventRecord } from '../actors/core/event';
import type { Guards } from '../actors/core/launch';
import { checkedConfig } from '../actors/core/validate';
import type { TargetEvent } from '../actors/target/events';
import { targetAgentId } from '../actors/target/key';
import { holds, sameClaim, waits, type Claim, type TargetState } from '../actors/target/state';
import { target } from '../actors/target/target';
import type { TemporalAgents } from './agents';
import { AgentFailure } from './failures';

const principal = 'system:run';
/** An answer of an earlier time is followed by one look and one more try; more only where others do the same at once. */
const mostTries = 5;

/** `owner` is a run's id, `step` the path of the step that needs it; without one it is the run as a whole. */
export interface LockClaim extends Claim {
  key: string;
}

export interface LockRequest extends LockClaim {
  /** How many may hold it at once; for concurrency groups. */
  slots?: number;
  /** Where it would have to wait, the others are told to end. */
  supersede?: boolean;
  guards?: Guards;
  /** Seconds. */
  lease?: number;
}

/** `agent` keeps the lock; `holders` have it now: the owner, or the first few of those it waits for. */
export type LockAnswer =
  | { status: 'held' | 'queued'; agent: string; holders: string[] }
  /** `until`: when it may be asked for again. */
  | { status: 'vetoed'; code: string; reason: string; until?: string };

/** The locks of real things, each kept by an agent of kind `target`. What is tried again is harmless. */
export class TargetLocks {
  constructor(
    private readonly agents: Pick<TemporalAgents, 'send' | 'create' | 'view'>,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Takes a lock, or a place in line: then the owner gets the command `TargetGranted` or `TargetVetoed` later.
   * @throws AgentFailure, or DomainError where the request itself is wrong
   */
  async acquire({ key, ...request }: LockRequest): Promise<LockAnswer> {
    const agent = targetAgentId(key);
    const claim: Claim = claimOf(request);
    let id = commandId('acquire', agent, claim);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const result = await this.send(key, { id, type: 'Acquire', data: request });
      if (result.status === 'rejected') return refused(result);
      const answer = result.status === 'accepted' ? answerIn(result.events, claim, agent) : null;
      if (answer) return answer;
      const { state, sequence } = await this.view(agent);
      const known = this.answerOf(state, claim, agent);
      if (known) return known;
      // It answered this once, and the owner has let go of it since: this is another time.
      id = commandId('acquire', agent, claim, sequence);
    }
    throw new AgentFailure('unavailable', `the lock of ${key} changes too fast`, 1);
  }

  /**
   * Gives a lock or a place in line back; without a step, all that the owner has there. Nothing to give back is fine.
   * @param claim `outcome`: what became of the run; one that was `vetoed` counts for no guard
   */
  async release({ key, outcome, ...request }: LockClaim & { outcome?: string }): Promise<void> {
    const agent = targetAgentId(key);
    const claim = claimOf(request);
    const data = { ...claim, ...(outcome === undefined ? {} : { outcome }) };
    let id = commandId('release', agent, claim);
    for (let tries = 0; tries < mostTries; tries += 1) {
      const result = await this.sendTo(agent, { id, type: 'Release', data }).catch(ignoreGone);
      if (result === null || result.status === 'accepted') return;
      if (result.status === 'rejected') throw new DomainError(result.code as DomainErrorCode, result.message);
      const { state, sequence } = await this.view(agent);
      const left = [...state.holders, ...state.queue].some(
        ({ owner, step }) => owner === claim.owner && (claim.step === undefined || step === claim.step),
      );
      if (!left) return;
      id = commandId('release', agent, claim, sequence);
    }
    throw new AgentFailure('unavailable', `the lock of ${key} changes too fast`, 1);
  }

  private async send(key: string, command: { id: string; type: string; data: object }) {
    const agent = targetAgentId(key);
    try {
      return await this.sendTo(agent, command);
    } catch (error) {
      if (!isCode(error, 'agent_not_found')) throw error;
    }
    try {
      const creation = {
        kind: target.name,
        id: agent,
        name: key.slice(0, 200),
        config: checkedConfig(target, { key }),
      };
      await this.agents.create({ ...creation, command: { id: `create:${agent}`, principal } });
    } catch (error) {
      if (!isCode(error, 'agent_exists')) throw error;
    }
    return this.sendTo(agent, command);
  }

  private async sendTo(
    agent: string,
    command: { id: string; type: string; data: object },
  ): Promise<CommandResult<EventRecord>> {
    const [result] = await this.agents.send(agent, [{ ...command, principal }]);
    if (!result) throw new AgentFailure('unavailable', `agent ${agent} gave no answer`, 1);
    return result;
  }

  private async view(agent: string): Promise<{ state: TargetState; sequence: number }> {
    const { state, sequence } = await this.agents.view(agent);
    return { state: state as TargetState, sequence };
  }

  private answerOf(state: TargetState, claim: Claim, agent: string): LockAnswer | null {
    if (holds(state, claim)) return { status: 'held', agent, holders: [claim.owner] };
    if (waits(state, claim)) {
      return { status: 'queued', agent, holders: state.holders.slice(0, 20).map(({ owner }) => owner) };
    }
    const veto = state.vetoes.last.find((last) => sameClaim(last, claim));
    if (!veto || Date.parse(veto.until) <= this.now()) return null;
    const { code, reason, until } = veto;
    return { status: 'vetoed', code, reason, until };
  }
}

/** What the last event about this claim says, or null where there is none. */
function answerIn(records: EventRecord[], claim: Claim, agent: string): LockAnswer | null {
  for (const record of [...records].reverse()) {
    const event = { type: eventName(record), data: record.data } as TargetEvent;
    if (!sameClaim(event.data, claim)) continue;
    if (event.type === 'TargetAcquired') return { status: 'held', agent, holders: [claim.owner] };
    if (event.type === 'TargetQueued') return { status: 'queued', agent, holders: event.data.holders };
    if (event.type === 'TargetVetoed') {
      const { code, reason, until } = event.data;
      return { status: 'vetoed', code, reason, until };
    }
  }
  return null;
}

/** Too many in line is an answer too: the run is told, instead of being tried for ever. */
function refused({ code, message }: Extract<CommandResult<EventRecord>, { status: 'rejected' }>): LockAnswer {
  if (code === 'limit_reached') return { status: 'vetoed', code, reason: message };
  throw new DomainError(code as DomainErrorCode, message);
}

/**
 * The same for every try at one thing, so that a late one does nothing. `after` is where the agent stood when it was known
 * that an earlier time is over.
 */
function commandId(purpose: string, agent: string, { owner, step }: Claim, after?: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([agent, owner, step ?? null]))
    .digest('hex')
    .slice(0, 32);
  return `${purpose}:${hash}${after === undefined ? '' : `:${after}`}`;
}

function claimOf({ owner, step }: Claim): Claim {
  return { owner, ...(step === undefined ? {} : { step }) };
}

function isCode(error: unknown, code: AgentFailure['code']): boolean {
  return error instanceof AgentFailure && error.code === code;
}

function ignoreGone(error: unknown): null {
  if (isCode(error, 'agent_not_found') || isCode(error, 'agent_stopped')) return null;
  throw error;
}
