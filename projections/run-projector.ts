import type { DurableFeed } from '../infra/nats/consumer';
import { isTransient } from '../infra/postgres/pool';
import { whenThere } from '../infra/when-there';
import { GapFiller, type RecordHistory } from './gap-filler';
import { migrate } from './migrate';
import type { LedgerContext } from './project-batch';
import { projectMessages } from './project-messages';

/**
 * Takes the stream into the ledger until aborted; the batch under way is finished and acked then. Waits for Postgres
 * where it is not there yet.
 * @param onReady called once, when the schema is there and messages flow, or will as soon as NATS is there
 * @throws the error of a migration
 */
export async function runProjector(
  context: LedgerContext,
  feed: DurableFeed,
  history: RecordHistory,
  databaseUrl: string,
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  await whenThere(() => migrate(databaseUrl), {
    signal,
    pauseMs: 500,
    mayPass: isTransient,
    onFailure: (err) => context.logger.warn({ err }, 'postgres: not there yet'),
  });
  const gaps = new GapFiller(context.pool, history, context.logger);
  let ready = false;
  const batches = feed.batches(signal, () => {
    if (!ready) onReady();
    ready = true;
  });
  for await (const messages of batches) {
    const last = messages.at(-1);
    context.metrics.projectorLag.set((last?.info.pending ?? 0) + messages.length);
    await projectMessages(context, gaps, messages);
    context.metrics.projectorLag.set(last?.info.pending ?? 0);
  }
}
