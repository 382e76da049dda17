import type { Pool, PoolClient } from 'pg';
import { foldAgent, unborn } from '../actors/core/agent-state';
import { canonicalText } from '../actors/core/canonical';
import type { TombstoneBody } from '../actors/core/evidence/tombstone';
import { checkChain, genesisHash } from '../actors/core/hash-chain';
import { eventKind, type EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import type { Logger } from '../infra/logger';
import { inTransaction } from '../infra/postgres/transaction';
import type { RetentionClasses } from '../infra/retention';
import { readEvents } from '../projections/queries/events';
import { foldCode } from '../projections/queries/fold-code';
import { Snapshots } from '../projections/queries/snapshots';
import {
  expireRecords,
  insertTombstone,
  lastTombstone,
  listExpirable,
  lockLedger,
  type Expirable,
} from '../projections/queries/evidence-retention';
import type { Signing } from './signing';

const dayMs = 86_400_000;
const agentsPerPage = 100;
/** One tombstone covers at most this many records, so that no transaction is a long one. */
const mostRecords = 2_000;

export interface Expiry {
  pool: Pool;
  signing: Signing;
  classes: RetentionClasses;
  logger: Logger;
}

/**
 * Removes what the time of its class has passed, each span only once its signed tombstone is in, both in one transaction. What is
 * not intact stays: a tombstone would pass it off as sound. Of an agent that can't be done, the log tells, and the next round tries again.
 * @param now epoch ms
 * @returns how many records went
 * @throws the error of Postgres where it can't tell what has expired
 */
export async function expireAll(expiry: Expiry, signal: AbortSignal, now = Date.now()): Promise<number> {
  const cutoffs = new Map<string, string>();
  for (const [name, days] of expiry.classes) {
    if (days !== null) cutoffs.set(name, new Date(now - days * dayMs).toISOString());
  }
  let expired = 0;
  let after = '';
  while (cutoffs.size > 0 && !signal.aborted) {
    const page = await listExpirable(expiry.pool, cutoffs, after, agentsPerPage);
    for (const agent of page) {
      if (signal.aborted) break;
      expired += await expireAgent(expiry, agent, signal, now);
    }
    after = page.at(-1)?.agent ?? '';
    if (page.length < agentsPerPage) break;
  }
  return expired;
}

async function expireAgent(expiry: Expiry, due: Expirable, signal: AbortSignal, now: number): Promise<number> {
  let expired = 0;
  try {
    for (;;) {
      const went = await inTransaction(expiry.pool, (client) => expireSpan(client, expiry, due, now));
      expired += went;
      if (went === 0 || signal.aborted) break;
    }
  } catch (error) {
    expiry.logger.warn({ err: error, agentId: due.agent }, 'records whose time has passed could not be removed');
  }
  if (expired > 0) expiry.logger.info({ agentId: due.agent, class: due.class, expired }, 'records have expired');
  return expired;
}

async function expireSpan(
  client: PoolClient,
  { signing, logger }: Expiry,
  due: Expirable,
  now: number,
): Promise<number> {
  await lockLedger(client, due.agent);
  const before = await lastTombstone(client, due.agent);
  const head = { sequence: before?.to ?? 0, hash: before?.last ?? genesisHash };
  const records = await readEvents(client, due.agent, head.sequence + 1, due.to, mostRecords);
  const last = records.at(-1);
  if (!last) return 0;
  const fault = checkChain(records, head);
  if (fault) {
    logger.error({ agentId: due.agent, fault }, 'records whose time has passed are not intact, and stay');
    return 0;
  }
  const key = await signing.current(client);
  const identity = { installation: signing.installation, keyId: key.keyId };
  const stone = tombstoneOf(identity, due, { before: head.hash, records, last }, now);
  const body = canonicalText(stone);
  const snapshots = new Snapshots(client, foldCode, logger);
  const base = head.sequence > 0 ? await snapshots.before(due.agent, head.sequence) : null;
  await insertTombstone(client, stone, body, key.sign(body));
  const expired = await expireRecords(client, stone);
  const kind = kindNamed(eventKind(last));
  // What comes after can still be folded then.
  if ((base?.sequence ?? 0) === head.sequence) {
    await snapshots.keepEnd(foldAgent(kind, base ?? unborn(kind, due.agent), records));
  }
  return expired;
}

function tombstoneOf(
  { installation, keyId }: { installation: string; keyId: string },
  due: Expirable,
  { before, records, last }: { before: string; records: readonly EventRecord[]; last: EventRecord },
  now: number,
): TombstoneBody {
  return {
    format: 'ymera-tombstone/1',
    installation,
    agent: due.agent,
    from: last.sequence - records.length + 1,
    to: last.sequence,
    before,
    last: last.hash,
    records: records.length,
    class: due.class,
    time: new Date(now).toISOString(),
    keyId,
  };
}
