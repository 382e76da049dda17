import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { BackupLine } from './backup-line';

/** Who is alive, how they do, what is asked of them at this moment; and what migrations make as each database has to have it. */
const leftOut = ['keepers', 'keeper_requests', 'metric_names', 'metric_samples', 'migrations', 'time_series'];
/** What means something to one database, or to one event stream, only: made anew where the rows come to. */
const ofThisDatabase: Record<string, string[]> = { events: ['position', 'ordinal', 'txid'] };
/** So that the ledger keeps its order over all agents. */
const orders: Record<string, string> = { events: 'ORDER BY txid, ordinal' };

/** A table and its columns that a backup holds. */
export interface BackedUpTable {
  table: string;
  columns: string[];
  /** Name and bound of each, where it has partitions. */
  partitions: [name: string, bound: string][];
}

/** Every table, those before that others refer to. Whatever a migration adds is among them. @throws the error of Postgres */
export async function tablesOf(client: ClientBase): Promise<BackedUpTable[]> {
  const { rows: tables } = await client.query<BackedUpTable>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns, (
       SELECT coalesce(json_agg(json_build_array(p.relname, pg_get_expr(p.relpartbound, p.oid)) ORDER BY p.relname), '[]')
       FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid AND p.relispartition
     ) AS partitions
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     GROUP BY c.oid, c.relname ORDER BY c.relname`,
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `SELECT f.relname AS from, t.relname AS to FROM pg_constraint k
     JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
     WHERE k.contype = 'f' AND f.oid <> t.oid AND f.relnamespace = current_schema()::regnamespace`,
  );
  const left = new Map(tables.filter(({ table }) => !leftOut.includes(table)).map((one) => [one.table, one]));
  const ordered: BackedUpTable[] = [];
  const take = (name: string): void => {
    const one = left.get(name);
    if (!one) return;
    left.delete(name);
    for (const { from, to } of references) if (from === name) take(to);
    const columns = one.columns.filter((column) => !ofThisDatabase[name]?.includes(column));
    ordered.push({ ...one, columns });
  };
  for (const name of [...left.keys()]) take(name);
  return ordered;
}

/**
 * The rows of a table as lines of a backup.
 * @returns how many there were
 * @throws the error of Postgres
 */
export async function* rowsOf(client: ClientBase, backedUp: BackedUpTable): AsyncGenerator<BackupLine, number> {
  const { table, columns } = backedUp;
  yield { type: 'table', ...backedUp };
  const names = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const select = `SELECT ${names} FROM ${client.escapeIdentifier(table)} ${orders[table] ?? ''}`;
  const stream = client.query(copyTo(`COPY (${select}) TO STDOUT`));
  const decoder = new StringDecoder('utf8');
  for await (const chunk of stream) yield { type: 'rows', copy: decoder.write(chunk as Buffer) };
  return stream.rowCount;
}

/** Fills one table at a time, with its triggers at rest: what they guard was guarded where the rows come from. */
export class TableLoader {
  private open: { table: string; stream: ReturnType<typeof copyFrom> } | null = null;
  /** How many rows came into each. */
  readonly rows: Record<string, number> = {};

  /** @param client in a transaction, and the tables' owner */
  constructor(private readonly client: ClientBase) {}

  /** Begins with a table, which must be empty or hold nothing but what a migration has put into it. */
  async begin({ table, columns, partitions }: BackedUpTable): Promise<void> {
    await this.finish();
    const { client } = this;
    const name = client.escapeIdentifier(table);
    for (const [partition, bound] of partitions) await this.makePartition(table, partition, bound);
    await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
    await client.query(`DELETE FROM ${name}`);
    const names = columns.map((column) => client.escapeIdentifier(column)).join(', ');
    const stream = client.query(copyFrom(`COPY ${name} (${names}) FROM STDIN`));
    // Heard of by whoever waits for the stream next.
    stream.on('error', () => undefined);
    this.open = { table, stream };
  }

  private async makePartition(table: string, partition: string, bound: string): Promise<void> {
    const { client } = this;
    const from = /^FOR VALUES FROM \('([^']+)'\) TO \('[^']+'\)$/.exec(bound)?.[1];
    // One for what fits nowhere else comes with the table.
    if (from === undefined) return;
    if (table === 'events')
      return void (await client.query('SELECT make_event_partitions(ARRAY[$1::timestamptz])', [from]));
    const name = client.escapeIdentifier(partition);
    await client.query(`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${client.escapeIdentifier(table)} ${bound}`);
  }

  async write(copy: string): Promise<void> {
    const { stream } = this.open as NonNullable<typeof this.open>;
    if (!stream.write(copy, 'utf8')) await once(stream, 'drain');
  }

  /** @throws the error of Postgres */
  async finish(): Promise<void> {
    const { open, client } = this;
    if (!open) return;
    this.open = null;
    const ended = once(open.stream, 'finish');
    open.stream.end();
    await ended;
    this.rows[open.table] = open.stream.rowCount;
    await client.query(`ALTER TABLE ${client.escapeIdentifier(open.table)} ENABLE TRIGGER USER`);
  }
}
