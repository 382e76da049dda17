import { Registry } from 'prom-client';
import type { Pool } from 'pg';
import type { EventRecord } from '../../actors/core/event';
import { createProjectorMetrics } from '../../infra/metrics/projector';
import type { RecordHistory } from '../gap-filler';
import type { LedgerContext } from '../project-batch';
import { readEvents } from '../queries/events';
import { silent } from './fixtures';

export function contextOf(pool: Pool): LedgerContext {
  return { pool, logger: silent, metrics: createProjectorMetrics(new Registry()) };
}

/** An agent history that holds these chains; while `down`, it can't be read. */
export class FakeHistory implements RecordHistory {
  down = false;
  readonly reads: string[] = [];
  private readonly chains = new Map<string, readonly EventRecord[]>();

  add(agentId: string, chain: readonly EventRecord[]): void {
    this.chains.set(agentId, chain);
  }

  async *read(agentId: string, from: number, to = Infinity): AsyncGenerator<EventRecord[]> {
    this.reads.push(`${agentId} ${from}-${to}`);
    if (this.down) throw new Error('the history is down');
    yield (this.chains.get(agentId) ?? []).filter(({ sequence }) => sequence >= from && sequence <= to);
  }
}

/** The whole ledger of an agent. */
export function ledgerOf(pool: Pool, agentId: string): Promise<EventRecord[]> {
  return readEvents(pool, agentId, 1, Infinity, 100_000);
}
