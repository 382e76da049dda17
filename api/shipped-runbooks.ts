import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../infra/logger';
import { whenThere } from '../infra/when-there';
import type { Runbooks } from './read-side';
import { checkedSource, type CheckedRunbook } from './runbook-saving';

const principal = 'system:shipped';
const retryMs = 2_000;

/** The runbooks that come with this release. @throws Problem where one of them is not valid */
export function shippedRunbooks(folder: string): CheckedRunbook[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.sort().map((name) => checkedSource(readFileSync(join(folder, name), 'utf8')));
}

/**
 * Keeps the runbooks that come with this release, and makes what else must be there at first. A runbook that somebody has
 * changed is left as it is. Tries again while a server is away.
 * @param others made beside it, each harmless when it is there
 */
export async function provide(
  folder: string,
  runbooks: Pick<Runbooks, 'read' | 'save'>,
  others: (() => Promise<unknown>)[],
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const shipped = shippedRunbooks(folder);
  await whenThere(
    async () => {
      for (const one of shipped) await keep(runbooks, one);
      for (const make of others) await make();
    },
    {
      signal: stop,
      pauseMs: retryMs,
      onFailure: (err) => logger.warn({ err }, 'what comes with this release is not there yet'),
    },
  );
}

async function keep(runbooks: Pick<Runbooks, 'read' | 'save'>, runbook: CheckedRunbook): Promise<void> {
  const newest = await runbooks.read(runbook.name);
  if (newest && (newest.createdBy !== principal || newest.hash === runbook.hash)) return;
  await runbooks.save({ ...runbook, createdBy: principal, reason: 'it comes with this release' });
}
