import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { EventRecord } from '../../../actors/core/event';
import type { StackFile } from '../../../stack/stack-file';
import { until, type ApiClient } from '../../_util/api-client';
import type { LoadResult } from '../../_util/load';
import { readStream } from '../../_util/stream';

/** What speaks against a system: each line is one thing that was lost, came twice, or does not fit. */
export type Findings = string[];

/**
 * Counts anew, with nothing of the system's own but its addresses: what was acknowledged is in the ledger, once and in order; each
 * record's hash is that of its content and names the one before; the stream has the same records; the mirror is none of another past.
 * @param acknowledged what the load knows for sure, agent by agent
 */
export async function findings(
  api: ApiClient,
  { postgres, nats, redis }: StackFile,
  { acknowledged }: LoadResult,
): Promise<Findings> {
  const ledger = new Client({ connectionString: postgres });
  const mirror = new Redis(redis);
  await ledger.connect();
  try {
    let onStream = new Map<string, EventRecord[]>();
    await until(() => inLedger(ledger, api, [...acknowledged.keys()]), 'the ledger', 120_000);
    // The ledger may have a record from the agent itself before that could publish it.
    const published = async (): Promise<boolean> => {
      onStream = await streamByAgent(nats);
      for (const id of acknowledged.keys()) {
        if (sequencesOf(onStream.get(id)).size < (await recordsOf(ledger, id)).length) return false;
      }
      return true;
    };
    await until(published, 'the stream', 120_000).catch(() => undefined);
    const all: Findings = [];
    for (const [id, values] of acknowledged) {
      const records = await recordsOf(ledger, id);
      const checkpoint = JSON.parse((await mirror.get(`agent:checkpoint:${id}`)) ?? 'null') as Checkpoint | null;
      const found = [
        ...chainFaults(records),
        ...valueFaults(records, values),
        ...streamFaults(records, onStream.get(id) ?? []),
        ...mirrorFaults(records, checkpoint),
      ];
      all.push(...found.map((finding) => `${id}: ${finding}`));
    }
    return all;
  } finally {
    mirror.disconnect();
    await ledger.end();
  }
}

async function streamByAgent(nats: string): Promise<Map<string, EventRecord[]>> {
  const byAgent = new Map<string, EventRecord[]>();
  for (const { record } of await readStream(nats)) {
    const id = record.source.slice('/agents/'.length);
    byAgent.set(id, [...(byAgent.get(id) ?? []), record]);
  }
  return byAgent;
}

function sequencesOf(records: EventRecord[] = []): Set<number> {
  return new Set(records.map(({ sequence }) => sequence));
}

interface Checkpoint {
  sequence: number;
  hash: string;
}

async function inLedger(ledger: Client, api: ApiClient, ids: string[]): Promise<boolean> {
  for (const id of ids) {
    const { status, body } = (await api.call('GET', `agents/${id}`)) as { status: number; body: Checkpoint };
    if (status !== 200) return false;
    const { rows } = await ledger.query<{ n: string }>('select max(sequence) as n from events where agent_id = $1', [
      id,
    ]);
    if (Number(rows[0]?.n) < body.sequence) return false;
  }
  return true;
}

async function recordsOf(ledger: Client, id: string): Promise<EventRecord[]> {
  const query = 'select record from events where agent_id = $1 order by sequence';
  const { rows } = await ledger.query<{ record: EventRecord }>(query, [id]);
  return rows.map(({ record }) => record);
}

function chainFaults(records: EventRecord[]): Findings {
  return records.flatMap(({ hash, ...content }, i) => {
    const own = createHash('sha256')
      .update(canonicalize(content) ?? '')
      .digest('hex');
    return [
      ...(content.sequence === i + 1 ? [] : [`record ${i + 1} says that it is ${content.sequence}`]),
      ...(own === hash ? [] : [`record ${i + 1} is not what its hash says`]),
      ...(content.prevhash === (records[i - 1]?.hash ?? '0'.repeat(64)) ? [] : [`record ${i + 1} follows another one`]),
    ];
  });
}

function valueFaults(records: EventRecord[], acknowledged: number[]): Findings {
  const values = records
    .filter(({ type }) => type.endsWith('.FlagSet'))
    .map(({ data }) => (data as { value: number }).value);
  const same = values.length === acknowledged.length && values.every((value, i) => value === acknowledged[i]);
  return same
    ? []
    : [`acknowledged were 1 to ${acknowledged.length}, in the ledger are ${values.length}: ${spans(values)}`];
}

function streamFaults(records: EventRecord[], onStream: EventRecord[]): Findings {
  const first = [...new Map(onStream.map((record) => [record.sequence, record])).values()];
  const same = first.length === records.length && first.every(({ hash }, i) => hash === records[i]?.hash);
  return same ? [] : [`the ledger has ${records.length} records, the stream ${first.length}, or in another order`];
}

function mirrorFaults(records: EventRecord[], checkpoint: Checkpoint | null): Findings {
  if (checkpoint === null) return ['no checkpoint'];
  return records[checkpoint.sequence - 1]?.hash === checkpoint.hash
    ? []
    : [`checkpoint ${checkpoint.sequence} is of another past`];
}

/** Where a list of numbers does not count on by one. */
function spans(values: number[]): string {
  return values
    .flatMap((value, i) => (i > 0 && value !== (values[i - 1] ?? 0) + 1 ? [`${values[i - 1]} → ${value}`] : []))
    .join(', ');
}
