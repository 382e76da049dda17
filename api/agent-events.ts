import type { EventRecord } from '../actors/core/event';
import type { AgentHistory } from './dependencies';
import type { Ledger } from './read-side';
import { Problem, unavailable } from './problem';

const pageSize = 500;

/**
 * The events of one agent, with what the caller just wrote: from the ledger as far as that goes (or not at all while
 * Postgres is down), the rest from the agent's own history. While Temporal is down the ledger is all there is.
 */
export class AgentEvents {
  constructor(
    private readonly ledger: Pick<Ledger, 'events' | 'expiredTo' | 'find'>,
    private readonly history: AgentHistory,
  ) {}

  /**
   * Events with `from <= sequence <= to`, ascending, without a gap; none where `from` lies beyond the last one.
   * @throws Problem `agent_not_found` | `records_expired` | `unavailable`
   */
  async *read(agentId: string, from: number, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<EventRecord> {
    let next = from;
    let ledgerDown = false;
    try {
      for await (const record of this.fromLedger(agentId, from, to)) {
        yield record;
        next = record.sequence + 1;
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      ledgerDown = true;
    }
    if (next > to) return;
    if (!ledgerDown) await this.demandKept(agentId, next);
    try {
      for await (const records of this.history.read(agentId, next, to)) {
        for (const record of records) {
          if (record.sequence !== next) continue;
          yield record;
          next += 1;
        }
      }
    } catch (error) {
      const known = next > from || (!ledgerDown && (await this.ledger.find(agentId)) !== null);
      if (isNotFound(error)) {
        // Temporal forgets an agent some time after it stopped; its ledger is complete then.
        if (known && !ledgerDown) return;
        throw ledgerDown ? unavailable(error) : new Problem('agent_not_found', `there is no agent ${agentId}`);
      }
      if (!known || ledgerDown) throw unavailable(error);
    }
  }

  /** The same at once. */
  async range(agentId: string, from: number, to: number): Promise<EventRecord[]> {
    const records: EventRecord[] = [];
    for await (const record of this.read(agentId, from, to)) records.push(record);
    return records;
  }

  /** @throws Problem `out_of_range` where there is no such event */
  async one(agentId: string, sequence: number): Promise<EventRecord> {
    const [record] = await this.range(agentId, sequence, sequence);
    if (!record) throw new Problem('out_of_range', `agent ${agentId} has no event ${sequence}`);
    return record;
  }

  /** Temporal may still know what has expired: it is gone all the same. */
  private async demandKept(agentId: string, sequence: number): Promise<void> {
    const expired = await this.ledger.expiredTo(agentId);
    if (sequence > expired) return;
    throw new Problem(
      'records_expired',
      `events 1 to ${expired} of agent ${agentId} have expired; ask from ${expired + 1} on`,
    );
  }

  private async *fromLedger(agentId: string, from: number, to: number): AsyncGenerator<EventRecord> {
    for (let next = from; next <= to;) {
      const page = await this.ledger.events(agentId, next, to, pageSize);
      for (const record of page) {
        if (record.sequence !== next) return;
        yield record;
        next += 1;
      }
      if (page.length < pageSize) return;
    }
  }
}

function isNotFound(error: unknown): boolean {
  const grpcNotFound = 5;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === grpcNotFound || cause?.code === grpcNotFound;
}
