import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { version } from '../../package.json';
import { projectRoot } from '../../infra/paths';
import { connectTemporal } from '../../temporal/connection';
import { beginningOf, recordsOfRun, type HistoryEvent } from '../../temporal/history-records';
import { agentIdOf } from '../../workflows/messages';
import { digestOf, goldenDir, recordsDigest, writeGolden, type GoldenHistory } from './golden-files';
import { playScenario, scenarioFolder } from './golden-scenario';
import { startTestStack } from './stack';

const { History } = temporal.api.history.v1;

/**
 * `npm run golden:record`: runs a whole stack, has something of every kind happen on it, and keeps the raw histories under this
 * release's version. To be done at each release; an older one's are never recorded again, since only its own code can make them.
 */
async function main(): Promise<void> {
  const dir = join(goldenDir, version);
  if (existsSync(dir)) throw new Error(`${dir} is there: the histories of a release are recorded once`);
  const stack = await startTestStack({ env: { YMERA_READ_ROOTS: scenarioFolder, EVIDENCE_CHECKPOINT_SECONDS: '2' } });
  try {
    await playScenario(stack.file);
    const { address, namespace } = stack.file.temporal;
    const client = connectTemporal({ address, namespace, encryption: [] });
    const secrets = [`@${hostname()}`, homedir(), projectRoot, stack.file.credentials.password];
    const histories = [];
    for await (const { workflowId, runId, type } of client.workflow.list({ pageSize: 200 })) {
      histories.push(await taken(client, { workflowId, runId, type }, histories.length + 1, secrets));
    }
    await client.connection.close();
    writeGolden(version, histories);
    const size = histories.reduce((sum, { bytes }) => sum + bytes.length, 0);
    process.stdout.write(`${histories.length} histories of ${version}, ${Math.round(size / 1024)} KiB before gzip\n`);
  } finally {
    await stack.stop();
  }
}

async function taken(
  client: Client,
  { workflowId, runId, type }: Pick<GoldenHistory, 'workflowId' | 'runId' | 'type'>,
  number: number,
  secrets: readonly string[],
): Promise<GoldenHistory & { bytes: Uint8Array }> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const events = withoutNames(history.events ?? []) as HistoryEvent[];
  const bytes = History.encode({ events }).finish();
  const text = Buffer.from(bytes).toString('latin1');
  const found = secrets.findIndex((secret) => text.includes(secret));
  if (found >= 0) throw new Error(`${workflowId} holds what is this machine's own (${found})`);
  const converter = client.options.loadedDataConverter;
  const isAgent = agentIdOf(workflowId) !== null;
  const hashes: string[] = [];
  if (isAgent) {
    for await (const records of recordsOfRun(converter, events)) hashes.push(...records.map(({ hash }) => hash));
  }
  return {
    file: `${String(number).padStart(3, '0')}-${workflowId.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}.pb.gz`,
    workflowId,
    runId,
    type,
    kind: isAgent ? kindOf(await beginningOf(converter, events[0])) : null,
    events: events.length,
    sha256: digestOf(bytes),
    records: recordsDigest(hashes),
    bytes,
  };
}

function kindOf({ input }: Awaited<ReturnType<typeof beginningOf>>): string {
  return 'creation' in input ? input.creation.kind : input.carried.agent.kind;
}

/** The same, without the pids and the host's name by which the engine calls its workers, and without stack traces. */
function withoutNames(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(new RegExp(`\\d+@${hostname()}`, 'g'), 'recorder');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || 'unsigned' in value) return value;
  if (Array.isArray(value)) return value.map(withoutNames);
  // Where a failure happened is a path of this machine's.
  const members = Object.entries(value).map(([key, member]) => [key, key === 'stackTrace' ? '' : withoutNames(member)]);
  return Object.fromEntries(members) as object;
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`golden:record: ${error.message}\n`);
    process.exit(1);
  },
);
