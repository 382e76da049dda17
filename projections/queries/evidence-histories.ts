import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Queryable } from './queryable';

const [packed, unpacked] = [promisify(gzip), promisify(gunzip)];

/** What is kept of the history of one run of an agent's workflow, without the bytes. */
export interface RawHistory {
  workflowId: string;
  runId: string;
  agentId: string;
  kind: string;
  previousRunId: string | null;
  nextRunId: string | null;
  /** Sequences of the records that the run made; `lastSequence` is `firstSequence - 1` where it made none. */
  firstSequence: number;
  lastSequence: number;
  /** Hash of the last record; of the one before the first where the run made none. */
  lastHash: string;
  /** False where the run was still open: its history is taken again later. */
  closed: boolean;
  eventCount: number;
  /** Hex SHA-256 and length of the protobuf bytes of `temporal.api.history.v1.History`. */
  sha256: string;
  size: number;
  sdkVersion: string;
  /** Of all workers that have worked on it, the first one first. */
  buildIds: string[];
  /** Of the one that did so last, by which it is replayed; empty where none has. */
  buildId: string;
  /** Of the bundle of that build, whether or not it is kept. */
  bundleSha256: string | null;
  encrypted: boolean;
  /** ISO 8601 */
  startedAt: string;
  closedAt: string | null;
  archivedAt: string;
}

/** A history as it is kept. */
export interface KeptHistory {
  run: RawHistory;
  packed: Buffer;
}

/** A bundle of workflow code that once ran. */
export interface WorkflowBundle {
  sha256: string;
  code: Buffer;
  sdkVersion: string;
  buildId: string;
}

interface Row {
  workflow_id: string;
  run_id: string;
  agent_id: string;
  kind: string;
  previous_run_id: string | null;
  next_run_id: string | null;
  first_sequence: string;
  last_sequence: string;
  last_hash: string;
  closed: boolean;
  event_count: number;
  sha256: string;
  size: number;
  sdk_version: string;
  build_ids: string[];
  build_id: string;
  bundle_sha256: string | null;
  encrypted: boolean;
  started_at: Date;
  closed_at: Date | null;
  archived_at: Date;
}

const columns = `workflow_id, run_id, agent_id, kind, previous_run_id, next_run_id, first_sequence, last_sequence, last_hash,
  closed, event_count, sha256, size, sdk_version, build_ids, build_id, bundle_sha256, encrypted, started_at, closed_at`;

/**
 * Keeps a history. What is kept of a closed run stays as it is; that of an open one gives way to a longer one.
 * @param bytes protobuf of `temporal.api.history.v1.History`
 * @returns false where what is kept is as good
 */
export async function writeHistory(
  db: Queryable,
  history: Omit<RawHistory, 'archivedAt'>,
  bytes: Uint8Array,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO raw_histories AS kept (${columns}, history)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     ON CONFLICT (workflow_id, run_id) DO UPDATE SET
       next_run_id = excluded.next_run_id, last_sequence = excluded.last_sequence, last_hash = excluded.last_hash,
       closed = excluded.closed, event_count = excluded.event_count, history = excluded.history, sha256 = excluded.sha256,
       size = excluded.size, sdk_version = excluded.sdk_version, build_ids = excluded.build_ids,
       build_id = excluded.build_id, bundle_sha256 = excluded.bundle_sha256, encrypted = excluded.encrypted,
       closed_at = excluded.closed_at, archived_at = now()
     WHERE NOT kept.closed AND excluded.event_count > kept.event_count`,
    [
      history.workflowId,
      history.runId,
      history.agentId,
      history.kind,
      history.previousRunId,
      history.nextRunId,
      history.firstSequence,
      history.lastSequence,
      history.lastHash,
      history.closed,
      history.eventCount,
      history.sha256,
      history.size,
      history.sdkVersion,
      history.buildIds,
      history.buildId,
      history.bundleSha256,
      history.encrypted,
      history.startedAt,
      history.closedAt,
      await packed(bytes),
    ],
  );
  return rowCount === 1;
}

/** What is kept of a run's history: of one moment, since that of an open run gives way to a longer one. Null where none is kept. */
export async function readHistory(db: Queryable, workflowId: string, runId: string): Promise<KeptHistory | null> {
  const { rows } = await db.query<Row & { history: Buffer }>(
    `SELECT ${columns}, archived_at, history FROM raw_histories WHERE workflow_id = $1 AND run_id = $2`,
    [workflowId, runId],
  );
  return rows[0] ? { run: historyOf(rows[0]), packed: rows[0].history } : null;
}

/** The protobuf bytes of a history. @throws where what is kept can't be unpacked */
export function historyBytes({ packed: kept }: KeptHistory): Promise<Buffer> {
  return unpacked(kept);
}

/** What is kept of an agent's runs, in the order of its records. */
export async function historiesOf(db: Queryable, agentId: string): Promise<RawHistory[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${columns}, archived_at FROM raw_histories WHERE agent_id = $1 ORDER BY first_sequence, started_at`,
    [agentId],
  );
  return rows.map(historyOf);
}

/** The run of an agent that began last among those kept, or null. */
export async function newestHistory(db: Queryable, agentId: string): Promise<RawHistory | null> {
  const { rows } = await db.query<Row>(
    `SELECT ${columns}, archived_at FROM raw_histories WHERE agent_id = $1
     ORDER BY first_sequence DESC, started_at DESC LIMIT 1`,
    [agentId],
  );
  return rows[0] ? historyOf(rows[0]) : null;
}

/** Which of these runs are kept as they closed, as `workflowId runId`. */
export async function keptClosed(
  db: Queryable,
  runs: readonly { workflowId: string; runId: string }[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ workflow_id: string; run_id: string }>(
    `SELECT workflow_id, run_id FROM raw_histories
     WHERE closed AND (workflow_id, run_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [runs.map(({ workflowId }) => workflowId), runs.map(({ runId }) => runId)],
  );
  return new Set(rows.map(({ workflow_id, run_id }) => `${workflow_id} ${run_id}`));
}

/** Keeps a bundle. @returns false where it was kept before */
export async function writeBundle(
  db: Queryable,
  { sha256, code, sdkVersion, buildId }: WorkflowBundle,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO workflow_bundles (sha256, code, sdk_version, build_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [sha256, await packed(code), sdkVersion, buildId],
  );
  return rowCount === 1;
}

/** A bundle that once ran, or null where it is not kept. */
export async function readBundle(db: Queryable, sha256: string): Promise<WorkflowBundle | null> {
  const { rows } = await db.query<{ code: Buffer; sdk_version: string; build_id: string }>(
    'SELECT code, sdk_version, build_id FROM workflow_bundles WHERE sha256 = $1',
    [sha256],
  );
  const [row] = rows;
  return row ? { sha256, code: await unpacked(row.code), sdkVersion: row.sdk_version, buildId: row.build_id } : null;
}

function historyOf(row: Row): RawHistory {
  return {
    workflowId: row.workflow_id,
    runId: row.run_id,
    agentId: row.agent_id,
    kind: row.kind,
    previousRunId: row.previous_run_id,
    nextRunId: row.next_run_id,
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    lastHash: row.last_hash,
    closed: row.closed,
    eventCount: row.event_count,
    sha256: row.sha256,
    size: row.size,
    sdkVersion: row.sdk_version,
    buildIds: row.build_ids,
    buildId: row.build_id,
    bundleSha256: row.bundle_sha256,
    encrypted: row.encrypted,
    startedAt: row.started_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    archivedAt: row.archived_at.toISOString(),
  };
}
