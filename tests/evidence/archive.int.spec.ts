import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

import type { EventRecord } from '../../actors/core/event';
import { checkChain, genesisHash } from '../../actors/core/hash-chain';
import { distDir } from '../../infra/paths';
import {
  historiesOf,
  historyBytes,
  readBundle,
  readHistory,
  type KeptHistory,
  type RawHistory,
} from '../../projections/queries/evidence-histories';
import { TemporalAgentHistory } from '../../temporal/agent-history';
import { recordsOfRun } from '../../temporal/history-records';
import { postgresArchive } from '../../temporal/postgres-archive';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { RunLab, type KeeperProcess } from '../_util/run-lab';
import { ownerPool } from '../_util/owner-pool';

jest.setTimeout(180_000);

const runbook = `
name: look
steps:
  - {id: look, action: debug.echo, with: {message: hello}}
`;

describe('the archive', () => {
  let lab: RunLab;
  let keeper: KeeperProcess;
  let live: EventRecord[];
  beforeAll(async () => {
    lab = await RunLab.open();
    await lab.startProjector();
    keeper = await lab.startKeeper({ EVIDENCE_ARCHIVE_SECONDS: '0.5' });
    const command = { id: 'birth', principal: 'ada' };
    const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
    await lab.agents.create({ kind: 'flags', id: 'web', name: 'Web', config, command });
    // Until three runs have continued as new, and a fourth one is open.
    const runs = new Set<string>();
    for (let i = 0; runs.size < 4; i += 1) {
      const id = `set-${i}`;
      await lab.agents.send('web', [{ id, principal: 'ada', type: 'SetFlag', data: { key: 'k', value: i } }]);
      if (i % 10 === 9) runs.add((await lab.agents.view('web')).runId);
    }
    live = await lab.records('web');
    await until(async () => (await closed('web')).length === 3, 'three closed runs in the archive');
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  const closed = async (agentId: string): Promise<RawHistory[]> =>
    (await historiesOf(lab.pool, agentId)).filter((history) => history.closed);
  const bytesOf = async ({ workflowId, runId }: RawHistory): Promise<Buffer> =>
    historyBytes((await readHistory(lab.pool, workflowId, runId)) as KeptHistory);
  const told = async (history: RawHistory): Promise<EventRecord[]> => {
    const { events } = temporal.api.history.v1.History.decode(await bytesOf(history));
    const records: EventRecord[] = [];
    const converter = lab.client.options.loadedDataConverter;
    for await (const some of recordsOfRun(converter, events)) records.push(...some);
    return records;
  };

  it('holds every closed run, linked to the next, with what it has made', async () => {
    let before: Pick<RawHistory, 'lastSequence' | 'lastHash' | 'runId'> | null = null;
    const [head, ...rest] = await closed('web');
    expect(head).toMatchObject({
      agentId: 'web',
      kind: 'flags',
      previousRunId: null,
      firstSequence: 1,
      encrypted: false,
    });
    for (const history of [head as RawHistory, ...rest]) {
      if (before !== null) expect(history.previousRunId).toBe(before.runId);
      expect(history.firstSequence).toBe((before?.lastSequence ?? 0) + 1);
      const records = await told(history);
      expect(records).toEqual(live.slice(history.firstSequence - 1, history.lastSequence));
      expect(
        checkChain(records, { sequence: history.firstSequence - 1, hash: before?.lastHash ?? genesisHash }),
      ).toBeNull();
      expect(history.lastHash).toBe(records.at(-1)?.hash);
      expect(history.nextRunId).not.toBeNull();
      before = history;
    }
  });

  it('holds the bytes by which it swears, and the bundle that ran', async () => {
    const code = readFileSync(join(distDir, 'workflow-bundle.js'));
    for (const history of await closed('web')) {
      const bytes = await bytesOf(history);
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([history.size, history.sha256]);
      expect(history.sdkVersion).toBe('1.24.0');
      expect(history.buildIds).toEqual([history.buildId]);
      const bundle = await readBundle(lab.pool, history.bundleSha256 ?? '');
      expect(bundle?.code.equals(code)).toBe(true);
      expect(bundle?.buildId).toBe(history.buildId);
    }
  });

  it('holds runs of runbooks too', async () => {
    const run = await lab.launch(await lab.saveRunbook(runbook));
    await lab.ended(run);
    await until(async () => (await closed(run)).length > 0, 'the run in the archive');
    const [history] = await closed(run);
    expect(history).toMatchObject({ kind: 'run', nextRunId: null });
    expect(await told(history as RawHistory)).toEqual(await lab.records(run));
  });

  it('is swept for what the list of closed runs lacks: a hole, and a last run', async () => {
    await keeper.end('SIGTERM');
    const [first, second, third] = await closed('web');
    // As their owner, without the triggers that keep them.
    const owner = ownerPool(lab.servers.postgres.url, 'off');
    const forget = (...runs: (RawHistory | undefined)[]): Promise<unknown> =>
      owner.query('DELETE FROM raw_histories WHERE run_id = ANY($1)', [runs.map((run) => run?.runId)]);
    await forget(second, third);
    // Nothing has closed since then, as far as the list can tell.
    await lab.pool.query(`UPDATE archive_progress SET seen_to = now() + interval '1 hour'`);
    await lab.startKeeper({ EVIDENCE_ARCHIVE_SECONDS: '3600', EVIDENCE_SWEEP_MINUTES: '0.03' });
    await until(async () => (await closed('web')).length === 3, 'all of them again');
    await forget(first);
    await until(async () => (await closed('web')).length === 3, 'the first again');
    await owner.end();
  });

  it('gives back what Temporal has forgotten', async () => {
    const workflowId = agentWorkflowId('web');
    const kept = await closed('web');
    for (const { runId } of kept) {
      await lab.client.workflowService.deleteWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId, runId },
      });
    }
    const read = async (history: TemporalAgentHistory, from: number, to?: number): Promise<EventRecord[]> => {
      const records: EventRecord[] = [];
      for await (const some of history.read('web', from, to)) records.push(...some);
      return records;
    };
    const without = new TemporalAgentHistory(lab.client);
    const isGone = (): Promise<boolean> =>
      read(without, 1).then(
        () => false,
        () => true,
      );
    await until(isGone, 'Temporal to forget');
    const history = new TemporalAgentHistory(lab.client, postgresArchive(lab.pool));
    expect(await read(history, 1)).toEqual(live);
    expect(await read(history, 30, 90)).toEqual(live.slice(29, 90));
  });
});
