import { rechained } from '../../actors/core/evidence/check-fixture';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import { seal } from '../../actors/core/hash-chain';
import { projectRoot } from '../../infra/paths';
import { historiesOf, writeBundle, type RawHistory } from '../../projections/queries/evidence-histories';
import { sha256Of } from '../../temporal/history-facts';
import { until } from '../_util/api-client';
import { changedBundle, forget, Owner, shortVerdicts, verified } from '../_util/evidence';
import { RunLab } from '../_util/run-lab';

jest.setTimeout(180_000);

const pass = { intact: 'pass', complete: 'pass', attributed: 'pass', replayConsistent: 'pass' };
const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
const runbook = `
name: look
steps:
  - {id: look, action: debug.echo, with: {message: hello}}
`;

describe('the verdicts of an auditor', () => {
  let lab: RunLab;
  let owner: Owner;
  let sound: EventRecord[];
  let histories: RawHistory[];

  const send = async (agent: string, type: string, data: object, id: string): Promise<void> => {
    const [result] = await lab.agents.send(agent, [{ id, principal: 'ada', type, data }]);
    expect(result?.status).toBe('accepted');
  };
  const inLedger = (agent: string, count: number): Promise<void> =>
    until(async () => (await owner.records(agent)).length >= count, `${count} records of ${agent} in the ledger`);

  beforeAll(async () => {
    lab = await RunLab.open();
    owner = new Owner(lab);
    await lab.startProjector();
    await lab.startKeeper({ EVIDENCE_ARCHIVE_SECONDS: '0.5', EVIDENCE_CHECKPOINT_SECONDS: '1' });
    await lab.agents.create({ kind: 'flags', id: 'web', name: 'Web', config, command: { id: 'b', principal: 'ada' } });
    for (let i = 0; i < 190; i += 1) {
      await send('web', 'SetFlag', { key: `k${i % 9}`, value: i }, `set-${i}`);
      // A run of an agent ends after 40 tasks, as soon as a task comes without a command.
      if (i % 45 === 44) await delay(1000);
    }
  }, 180_000);
  afterAll(async () => {
    await owner.close();
    await lab.close();
  }, 60_000);

  it('are all good on an agent that lives, on a run, and on everything', async () => {
    await inLedger('web', 191);
    expect(await shortVerdicts(lab, 'web')).toEqual(pass);
    const run = await lab.launch(await lab.saveRunbook(runbook));
    await lab.ended(run);
    expect(await shortVerdicts(lab, run)).toEqual(pass);
    const all = await verified(lab, { all: true });
    expect(all).toMatchObject({
      state: 'done',
      failed: 0,
      notCheckable: 0,
      results: [],
      checkpoints: { verdict: 'pass' },
    });
    expect(all.progress.done).toBe(all.progress.agents);
    expect(all.progress.records).toBeGreaterThan(191);
  });

  it('are given from the archive alone where Temporal has forgotten the agent', async () => {
    await send('web', 'Stop', {}, 'stop');
    await inLedger('web', 192);
    const closed = async (): Promise<RawHistory[]> => (await historiesOf(lab.pool, 'web')).filter((one) => one.closed);
    await until(async () => (await closed()).at(-1)?.nextRunId === null, 'the last run in the archive');
    histories = await closed();
    expect(histories.length).toBeGreaterThanOrEqual(4);
    await forget(
      lab,
      'web',
      histories.map(({ runId }) => runId),
    );
    sound = await owner.records('web');
    expect(await shortVerdicts(lab, 'web')).toEqual(pass);
  });

  describe('name the first bad record', () => {
    const at = (sequence: number): EventRecord => sound[sequence - 1] as EventRecord;
    const history = (): RawHistory => histories[1] as RawHistory;
    afterEach(async () => {
      await owner.write('web', sound);
    });

    it('where a byte of one was changed', async () => {
      const changed = { ...at(60), data: { ...(at(60).data as object), value: 'forged' } };
      await owner.query(`UPDATE events SET record = $1 WHERE agent_id = 'web' AND sequence = 60`, [
        JSON.stringify(changed),
      ]);
      expect(await shortVerdicts(lab, 'web')).toEqual({
        ...pass,
        intact: 'altered@60',
        replayConsistent: 'replay_differs@60',
      });
    });

    it('where a column by which it is found was changed', async () => {
      await owner.query(`UPDATE events SET principal = 'eve' WHERE agent_id = 'web' AND sequence = 61`);
      expect(await shortVerdicts(lab, 'web')).toEqual({ ...pass, intact: 'altered@61' });
    });

    it('where one was removed, and where the tail was cut', async () => {
      await owner.query(`DELETE FROM events WHERE agent_id = 'web' AND sequence = 50`);
      expect(await shortVerdicts(lab, 'web')).toEqual({
        ...pass,
        complete: 'gap@50',
        replayConsistent: 'replay_differs@50',
      });
      await owner.write('web', sound);
      await owner.query(`DELETE FROM events WHERE agent_id = 'web' AND sequence > 185`);
      expect(await shortVerdicts(lab, 'web')).toEqual({
        ...pass,
        complete: 'cut@186',
        replayConsistent: 'replay_differs@186',
      });
    });

    it('where two were swapped', async () => {
      await owner.write('web', [...sound.slice(0, 29), at(33), at(31), at(32), at(30), ...sound.slice(33)]);
      expect(await shortVerdicts(lab, 'web')).toMatchObject({ intact: 'out_of_order@30', complete: 'pass' });
    });

    it('where the chain was made again without the key', async () => {
      await owner.write('web', rechained(sound, 70, { principal: 'eve' }));
      expect(await shortVerdicts(lab, 'web')).toEqual({
        complete: 'pass',
        intact: 'not_as_told@70',
        attributed: 'wrong_principal@70',
        replayConsistent: 'replay_differs@70',
      });
    });

    it('where one was inserted by SQL', async () => {
      const { hash: prevhash, ...last } = at(192);
      const forged = seal({ ...last, id: 'web:193', sequence: 193, commandid: 'forged', prevhash });
      await owner.insert('web', 193, forged);
      expect(await shortVerdicts(lab, 'web')).toEqual({
        ...pass,
        complete: 'extra@193',
        attributed: 'no_command@193',
      });
    });

    it('where another key has signed it', async () => {
      const { rows } = await lab.pool.query<{ number: string; body: string; signature: Buffer; sequence: string }>(
        `SELECT number, body, signature, sequence FROM checkpoints JOIN checkpoint_heads ON checkpoint = number
         WHERE agent_id = 'web' ORDER BY number DESC LIMIT 1`,
      );
      const { number, body, signature, sequence } = rows[0] as (typeof rows)[number];
      const foreign = sign(null, Buffer.from(body), generateKeyPairSync('ed25519').privateKey);
      const resign = (bytes: Buffer) =>
        lab.pool.query('UPDATE checkpoints SET signature = $2 WHERE number = $1', [number, bytes]);
      await resign(foreign);
      expect(await shortVerdicts(lab, 'web')).toEqual({ ...pass, intact: `unsigned@${sequence}` });
      expect(await verified(lab, { kind: 'flags' })).toMatchObject({
        failed: 1,
        checkpoints: { verdict: 'fail', number: Number(number) },
      });
      await resign(signature);
      await lab.pool.query('UPDATE checkpoint_heads SET hash = $2 WHERE checkpoint = $1 AND agent_id = $3', [
        number,
        'e'.repeat(64),
        'web',
      ]);
      expect(await shortVerdicts(lab, 'web')).toEqual({ ...pass, intact: `unproven@${sequence}` });
      const { hash } = at(Number(sequence));
      await lab.pool.query('UPDATE checkpoint_heads SET hash = $2 WHERE checkpoint = $1 AND agent_id = $3', [
        number,
        hash,
        'web',
      ]);
    });

    it('or the run, where its raw history was altered or is missing', async () => {
      const { runId, firstSequence } = history();
      const { rows } = await lab.pool.query<Record<string, unknown>>('SELECT * FROM raw_histories WHERE run_id = $1', [
        runId,
      ]);
      const row = rows[0] as Record<string, unknown>;
      const other = (histories[2] as RawHistory).runId;
      await owner.query(
        `UPDATE raw_histories SET history = (SELECT history FROM raw_histories WHERE run_id = $2) WHERE run_id = $1`,
        [runId, other],
      );
      expect(await shortVerdicts(lab, 'web')).toEqual({
        intact: `history_altered@${runId}`,
        complete: 'not_checkable',
        attributed: 'not_checkable',
        replayConsistent: 'not_checkable',
      });
      await owner.query('DELETE FROM raw_histories WHERE run_id = $1', [runId]);
      expect(await shortVerdicts(lab, 'web')).toEqual({
        ...pass,
        complete: `history_missing@${firstSequence}`,
        attributed: 'not_checkable',
        replayConsistent: 'not_checkable',
      });
      const names = Object.keys(row);
      const places = names.map((_, i) => `$${i + 1}`).join(', ');
      await owner.query(
        `INSERT INTO raw_histories (${names.join(', ')}) VALUES (${places})`,
        names.map((name) => row[name]),
      );
      expect(await shortVerdicts(lab, 'web')).toEqual(pass);
    });
  });

  it('tell a decide that was changed without another version from what was recorded', async () => {
    const id = 'drift';
    await lab.agents.create({ kind: 'flags', id, name: id, config, command: { id: 'birth', principal: 'ada' } });
    for (let i = 0; i < 5; i += 1) await send(id, 'SetFlag', { key: 'k', value: i }, `drift-${i}`);
    await send(id, 'Stop', {}, 'drift-stop');
    await inLedger(id, 7);
    expect(await shortVerdicts(lab, id)).toEqual(pass);
    const code = await changedBundle('./flags/flags', join(projectRoot, 'tests/_util/changed-flags.ts'));
    const sha256 = sha256Of(code);
    await writeBundle(lab.pool, { sha256, code, sdkVersion: 'test', buildId: 'changed' });
    await owner.query('UPDATE raw_histories SET bundle_sha256 = $2 WHERE agent_id = $1', [id, sha256]);
    expect(await shortVerdicts(lab, id)).toEqual({ ...pass, replayConsistent: 'replay_differs@2' });
    await owner.query('DELETE FROM workflow_bundles WHERE sha256 = $1', [sha256]);
    expect(await shortVerdicts(lab, id)).toEqual({ ...pass, replayConsistent: 'not_checkable' });
  });
});
