import { setTimeout as sleep } from 'node:timers/promises';
import { loadHeads } from './agent-rows';
import { readUntil, type RecordHistory } from './gap-filler';
import { projectBatch, type LedgerContext } from './project-batch';

const readMs = 10_000;

/** How far the agents' checkpoints are; `RedisCheckpointStore` is one. */
export interface CheckpointSequences {
  sequences(): AsyncIterable<Map<string, number>>;
}

/**
 * Appends what an agent's history has and the ledger lacks at its end: for when the stream lost an agent's last
 * records, so that no later one shows the gap.
 * @returns how many records were appended
 * @throws the error of the history or of Postgres; what was appended before stays
 */
export async function repairAgent(context: LedgerContext, history: RecordHistory, agentId: string): Promise<number> {
  const head = (await loadHeads(context.pool, [agentId])).get(agentId)?.sequence ?? 0;
  let appended = 0;
  for await (const records of readUntil(history.read(agentId, head + 1), Date.now() + readMs)) {
    const outcomes = await projectBatch(
      context,
      records.map((record) => ({ record, position: null })),
    );
    appended += outcomes.filter((outcome) => outcome === 'stored').length;
  }
  return appended;
}

/** Finds agents whose ledger has stood still behind their checkpoint, and repairs them. */
export class Reconciler {
  /** Agents that were behind at the last look, and where their ledger stood. */
  private behind = new Map<string, number>();

  constructor(
    private readonly context: LedgerContext,
    private readonly history: RecordHistory,
    private readonly checkpoints: CheckpointSequences,
  ) {}

  /** Looks at once and then every `everyMs` until aborted. Never throws: what fails is logged and comes again. */
  async run(signal: AbortSignal, everyMs = 60_000): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal).catch((error: unknown) => {
        this.context.logger.warn({ err: error }, 'the ledger could not be compared with the checkpoints');
      });
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const behind = new Map<string, number>();
    for await (const sequences of this.checkpoints.sequences()) {
      const heads = await loadHeads(this.context.pool, [...sequences.keys()]);
      for (const [agentId, checkpointed] of sequences) {
        const head = heads.get(agentId)?.sequence ?? 0;
        if (head < checkpointed) behind.set(agentId, head);
      }
    }
    // One that has moved since the last look is only late: the stream still delivers.
    const stuck = [...behind].filter(([agentId, head]) => this.behind.get(agentId) === head);
    this.behind = behind;
    this.context.metrics.checkpointsAhead.set(behind.size);
    for (const [agentId] of stuck) {
      if (signal.aborted) return;
      await this.repair(agentId);
    }
  }

  private async repair(agentId: string): Promise<void> {
    const { logger, metrics } = this.context;
    try {
      const appended = await repairAgent(this.context, this.history, agentId);
      metrics.repairedEvents.inc(appended);
      if (appended > 0) logger.warn({ agentId, appended }, 'the ledger was repaired from the history');
    } catch (error) {
      logger.warn({ err: error, agentId }, 'the ledger of an agent could not be repaired');
    }
  }
}
