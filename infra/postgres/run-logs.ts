import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../logger';
import { StepLog } from './step-log';
import { inTransaction } from './transaction';

export type LogStream = 'stdout' | 'stderr' | 'info';

/** One line that a step printed. `time` is ISO 8601, UTC. */
export interface LogLine {
  /** Of the step. */
  path: string;
  attempt: number;
  stream: LogStream;
  time: string;
  /** Without the line break. */
  text: string;
}

export interface RunLogLine extends LogLine {
  /** Within the run: from 1, no gap. */
  position: number;
  /** True on the one line that says that the rest was not kept. */
  cut: boolean;
}

/** The channel that is told the id of a run whose log has grown. */
export const runLogsChannel = 'run_logs';

/** What is kept of one run, at most. */
const mostLines = 20_000;
const mostBytes = 10 * 1024 * 1024;

interface LineRow {
  position: string;
  path: string;
  attempt: number;
  stream: LogStream;
  time: Date;
  text: string;
  cut: boolean;
}

interface End {
  position: number;
  bytes: number;
  cut: boolean;
}

/** What the steps of runs print, kept in Postgres in one order per run. */
export class RunLogs {
  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {}

  /**
   * Appends lines to a run's log, all at once; those that follow the log live are told. Of a run that has printed 20,000 lines
   * or 10 MB, one last line says that the rest was not kept.
   * @param batch the same batch is appended once: for the retry of an append whose answer was lost
   * @returns false where the log takes no more
   * @throws the error of Postgres; where its answer was lost, the lines may be there all the same
   */
  async append(runId: string, lines: readonly LogLine[], batch: string = randomUUID()): Promise<boolean> {
    if (lines.length === 0) return true;
    return inTransaction(this.pool, async (client) => {
      // Held until the commit, so nobody sees a position before the ones below it. A statement of its own: the next one
      // must see what those who held the lock before have written.
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [runId]);
      const end = await endOf(client, runId);
      if (end.cut) return false;
      if (await isThere(client, runId, batch)) return true;
      const placed = fit(end, lines);
      await insert(client, runId, batch, placed);
      return placed.at(-1)?.cut !== true;
    });
  }

  /** Lines with `position > after`, ascending, at most `limit`. */
  async read(runId: string, after: number, limit: number): Promise<RunLogLine[]> {
    const { rows } = await this.pool.query<LineRow>(
      `SELECT position, path, attempt, stream, time, text, cut FROM run_logs
       WHERE run_id = $1 AND position > $2 ORDER BY position LIMIT $3`,
      [runId, after, limit],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position), time: row.time.toISOString() }));
  }

  /** The log of one attempt of a step, for what runs it. */
  open(runId: string, path: string, attempt: number): StepLog {
    return new StepLog(
      path,
      attempt,
      (lines, batch) => this.append(runId, lines, batch),
      this.logger.child({ runId, path, attempt }),
    );
  }
}

async function endOf(client: PoolClient, runId: string): Promise<End> {
  const { rows } = await client.query<{ position: string; total_bytes: string; cut: boolean }>(
    'SELECT position, total_bytes, cut FROM run_logs WHERE run_id = $1 ORDER BY position DESC LIMIT 1',
    [runId],
  );
  const row = rows[0];
  if (!row) return { position: 0, bytes: 0, cut: false };
  return { position: Number(row.position), bytes: Number(row.total_bytes), cut: row.cut };
}

async function isThere(client: PoolClient, runId: string, batch: string): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM run_logs WHERE run_id = $1 AND batch = $2 LIMIT 1', [runId, batch]);
  return rows.length > 0;
}

type PlacedLine = RunLogLine & { totalBytes: number };

/** Gives lines their places after the end, as far as there is room. */
function fit(end: End, lines: readonly LogLine[]): PlacedLine[] {
  const placed: PlacedLine[] = [];
  let { position, bytes } = end;
  for (const line of lines) {
    const text = line.text.replaceAll('\0', '\uFFFD');
    const size = Buffer.byteLength(text);
    const cut = position >= mostLines || bytes + size > mostBytes;
    position += 1;
    if (cut) {
      const told = `the run has printed more than ${mostLines} lines or ${mostBytes / 1024 / 1024} MB: the rest was not kept`;
      placed.push({ ...line, stream: 'info', text: told, position, totalBytes: bytes, cut });
      break;
    }
    bytes += size;
    placed.push({ ...line, text, position, totalBytes: bytes, cut });
  }
  return placed;
}

async function insert(client: PoolClient, runId: string, batch: string, lines: readonly PlacedLine[]): Promise<void> {
  await client.query(
    `INSERT INTO run_logs (run_id, position, path, attempt, stream, time, text, batch, total_bytes, cut)
     SELECT $1, position, path, attempt, stream, time, text, $2, total_bytes, cut
     FROM unnest($3::bigint[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[], $8::text[], $9::bigint[], $10::boolean[])
       AS new (position, path, attempt, stream, time, text, total_bytes, cut)`,
    [
      runId,
      batch,
      lines.map(({ position }) => position),
      lines.map(({ path }) => path),
      lines.map(({ attempt }) => attempt),
      lines.map(({ stream }) => stream),
      lines.map(({ time }) => time),
      lines.map(({ text }) => text),
      lines.map(({ totalBytes }) => totalBytes),
      lines.map(({ cut }) => cut),
    ],
  );
  await client.query('SELECT pg_notify($1, $2)', [runLogsChannel, runId]);
}
