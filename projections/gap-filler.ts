import type { Pool } from 'pg';
import type { EventRecord } from '../actors/core/event';
import type { Logger } from '../infra/logger';
import { loadHeads } from './agent-rows';
import { fitRecords, gapOf, type Delivery } from './fit-records';
import { byAgent } from './project-batch';

/** An agent's events from where they are complete; `AgentHistory` of `activities/ports.ts` is one. */
export interface RecordHistory {
  read(agentId: string, from: number, to?: number): AsyncIterable<EventRecord[]>;
}

/** At most this much is read for one batch; what is left comes with the next delivery of what waits for it. */
const mostRecords = 5_000;
const budgetMs = 10_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Finds records that the stream has lost or not yet delivered, so that the ledger has no gap. */
export class GapFiller {
  /** Agents whose history could not be read, and until when nobody tries again (epoch ms). */
  private readonly pauses = new Map<string, { until: number; ms: number }>();

  constructor(
    private readonly pool: Pool,
    private readonly history: RecordHistory,
    private readonly logger: Logger,
  ) {}

  /**
   * What is missing between the ledger and these deliveries, as far as it can be had within some 10 s.
   * @throws the error of Postgres; a history that can't be read is logged and tried again later
   */
  async missing(deliveries: readonly Delivery[]): Promise<Delivery[]> {
    const groups = byAgent(deliveries);
    const heads = await loadHeads(this.pool, [...groups.keys()]);
    const deadline = Date.now() + budgetMs;
    const found: Delivery[] = [];
    for (const [agentId, group] of groups) {
      const head = heads.get(agentId);
      const gap = head && gapOf(head, fitRecords(head, group));
      if (!gap || found.length >= mostRecords || Date.now() >= deadline || this.isPaused(agentId)) continue;
      const to = Math.min(gap.to, gap.from + mostRecords - found.length - 1);
      found.push(...(await this.tryRead(agentId, gap.from, to, deadline)));
    }
    return found;
  }

  private async tryRead(agentId: string, from: number, to: number, deadline: number): Promise<Delivery[]> {
    const found: Delivery[] = [];
    try {
      for await (const records of readUntil(this.history.read(agentId, from, to), deadline)) {
        found.push(...records.map((record) => ({ record, position: null })));
      }
      if (found.at(-1)?.record.sequence !== to) throw new Error(`the history has no record ${agentId}:${to}`);
      this.pauses.delete(agentId);
    } catch (error) {
      this.logger.warn({ err: error, agentId, from, to }, 'records are missing and could not be read');
      this.pause(agentId);
    }
    return found;
  }

  private isPaused(agentId: string): boolean {
    return (this.pauses.get(agentId)?.until ?? 0) > Date.now();
  }

  private pause(agentId: string): void {
    const ms = Math.min((this.pauses.get(agentId)?.ms ?? firstPauseMs / 2) * 2, longestPauseMs);
    this.pauses.set(agentId, { until: Date.now() + ms, ms });
  }
}

/** The same batches, until `deadline` (epoch ms). @throws when it passes */
export async function* readUntil<T>(batches: AsyncIterable<T>, deadline: number): AsyncGenerator<T> {
  const iterator = batches[Symbol.asyncIterator]();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the history took too long')), Math.max(0, deadline - Date.now()));
    });
    const result = await Promise.race([iterator.next(), late]).finally(() => clearTimeout(timer));
    if (result.done) return;
    yield result.value;
  }
}
