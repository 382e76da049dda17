import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { foldAgent, unborn } from '../../actors/core/agent-state';
import { canonicalText } from '../../actors/core/canonical';
import type { SignedTombstone, TombstoneBody } from '../../actors/core/evidence/tombstone';
import { genesisHash } from '../../actors/core/hash-chain';
import { flags } from '../../actors/flags/flags';
import { postgresKeeper } from '../../api/export/postgres-keeper';
import { postgresEvidence } from '../../api/export/postgres-source';
import { startTestApi, type TestApi } from '../../api/stand-ins';
import { verifyBundle, type Report } from '../../cli/verify/verify';
import { signingKeyOf } from '../../infra/evidence-key';
import { inTransaction } from '../../infra/postgres/transaction';
import { parseRetentionClasses, type RetentionClasses } from '../../infra/retention';
import { expireAll } from '../../evidence/expire';
import { Signing } from '../../evidence/signing';
import { silent } from '../../projections/_util/fixtures';
import { historiesOf, type RawHistory } from '../../projections/queries/evidence-histories';
import { expireRecords, insertTombstone, setRetention } from '../../projections/queries/evidence-retention';
import { foldCode } from '../../projections/queries/fold-code';
import { Snapshots } from '../../projections/queries/snapshots';
import { keptEvidenceKey } from '../../stack/evidence-key';
import { Verifications, type Verification } from '../../temporal/verifications';
import { until } from '../_util/api-client';
import { filesOf, relisted, zipTo, type Files } from '../_util/bundle-files';
import { Owner, shortVerdicts, verified } from '../_util/evidence';
import { RunLab, type KeeperProcess } from '../_util/run-lab';

jest.setTimeout(120_000);

const pass = { intact: 'pass', complete: 'pass', attributed: 'pass', replayConsistent: 'pass' };
/** Nothing is left that says who did what, or that could be replayed. */
const gone = { ...pass, attributed: 'not_checkable', replayConsistent: 'not_checkable' };
const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
const keeperEnv = { EVIDENCE_ARCHIVE_SECONDS: '0.5', EVIDENCE_CHECKPOINT_SECONDS: '1' };
const later = Date.now() + 20 * 86_400_000;

describe('what has expired', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-expired-'));
  let lab: RunLab;
  let owner: Owner;
  let keeper: KeeperProcess;
  let signing: Signing;
  let api: TestApi;

  const send = async (agent: string, type: string, data: object, id: string): Promise<void> => {
    const [result] = await lab.agents.send(agent, [{ id, principal: 'ada', type, data }]);
    expect(result?.status).toBe('accepted');
  };
  const closed = async (agent: string): Promise<RawHistory[]> =>
    (await historiesOf(lab.pool, agent)).filter((one) => one.closed);

  beforeAll(async () => {
    lab = await RunLab.open();
    owner = new Owner(lab);
    await lab.startProjector();
    keeper = await lab.startKeeper(keeperEnv);
    for (const id of ['ended', 'old']) {
      await lab.agents.create({ kind: 'flags', id, name: id, config, command: { id: 'birth', principal: 'ada' } });
      await setRetention(lab.pool, id, { class: 'short', reason: 'a test', setBy: 'ann' });
    }
    for (let i = 0; i < 4; i += 1) await send('ended', 'SetFlag', { key: 'k', value: i }, `set-${i}`);
    await send('ended', 'Stop', {}, 'stop');
    // How long a run is depends on how fast the machine is: until two of them are closed, and the next has some records.
    let sent = 0;
    const next = async (): Promise<void> => {
      await send('old', 'SetFlag', { key: `k${sent % 9}`, value: sent }, `set-${sent}`);
      sent += 1;
    };
    const open = async (): Promise<boolean> => {
      const runs = await closed('old');
      return runs.length >= 2 && sent + 1 - (runs.at(-1)?.lastSequence ?? 0) >= 8;
    };
    do {
      await next();
      // A run ends, and is archived, where nothing is sent.
      if (await open()) await delay(1500);
    } while (!(await open()));
    await until(async () => (await closed('ended')).length === 1, 'the run of the other');
    await until(async () => (await owner.records('old')).length === sent + 1, 'its ledger');
    const key = signingKeyOf(await readFile(await keptEvidenceKey(lab.home), 'utf8'));
    signing = await Signing.establish(lab.pool, () => key);
    const evidence = postgresEvidence(lab.pool, (query) => query());
    api = await startTestApi({ evidence, keeper: postgresKeeper(lab.pool) });
  }, 180_000);
  afterAll(async () => {
    await owner.close();
    await api?.[Symbol.asyncDispose]();
    await lab?.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  /** As the keeper does it, in the middle of a run: so it is when it was stopped between two spans. */
  const expireTo = async (agent: string, to: number): Promise<void> => {
    const records = (await owner.records(agent)).slice(0, to);
    const stone: TombstoneBody = {
      format: 'ymera-tombstone/1',
      installation: signing.installation,
      agent,
      from: 1,
      to,
      before: genesisHash,
      last: records.at(-1)?.hash ?? '',
      records: to,
      class: 'short',
      time: new Date().toISOString(),
      keyId: signing.keyId,
    };
    await inTransaction(lab.pool, async (db) => {
      const body = canonicalText(stone);
      await insertTombstone(db, stone, body, (await signing.current(db)).sign(body));
      expect(await expireRecords(db, stone)).toBe(to);
      await new Snapshots(db, foldCode, silent).keepEnd(foldAgent(flags, unborn(flags, agent), records));
    });
  };
  /** Without the triggers that keep it. */
  const asOwner = async (sql: string): Promise<void> => {
    await inTransaction(lab.pool, async (db) => {
      await db.query('SET LOCAL session_replication_role = replica');
      await db.query(sql);
    });
  };

  it('in the middle of a run, leaves all four verdicts', async () => {
    await expireTo('old', 10);
    expect(await shortVerdicts(lab, 'old')).toEqual(pass);
  });

  it('needs for the state of the agent what was kept at the end of it', async () => {
    await asOwner(`UPDATE folded_snapshots SET hash = 'x' WHERE agent_id = 'old'`);
    expect(await shortVerdicts(lab, 'old')).toEqual({ ...pass, replayConsistent: 'not_checkable' });
  });

  it('with whole runs, leaves all four of what goes on, and says of what has ended that nothing is missing', async () => {
    const classes = parseRetentionClasses('short=10') as RetentionClasses;
    const expiry = { pool: lab.pool, signing, classes, logger: silent };
    expect(await expireAll(expiry, new AbortController().signal, later)).toBeGreaterThan(40);
    expect(await owner.records('ended')).toEqual([]);
    expect(await shortVerdicts(lab, 'ended')).toEqual(gone);
    const { results } = await verified(lab, { agents: ['old'] });
    const [first] = await owner.records('old');
    expect(results[0]?.covered).toMatchObject({ tombstonesTo: (first?.sequence ?? 0) - 1, from: first?.sequence });
    expect(await shortVerdicts(lab, 'old')).toEqual(pass);
  });

  it('is no excuse for a record that is missing beyond it', async () => {
    const sound = await owner.records('old');
    const missing = sound[3]?.sequence ?? 0;
    await owner.query(`DELETE FROM events WHERE agent_id = 'old' AND sequence = ${missing}`);
    expect(await shortVerdicts(lab, 'old')).toMatchObject({ intact: 'pass', complete: `gap@${missing}` });
    await owner.query(`DELETE FROM event_keys WHERE agent_id = 'old' AND sequence = ${missing}`);
    await owner.insert('old', missing, sound[3] as (typeof sound)[number]);
    expect(await shortVerdicts(lab, 'old')).toEqual(pass);
  });

  it('has no tombstone where that was forged or removed', async () => {
    await asOwner('CREATE TABLE saved AS SELECT * FROM tombstones');
    await asOwner(`UPDATE tombstones SET body = replace(body, '"class":"short"', '"class":"other"')`);
    for (const agent of ['ended', 'old']) {
      expect(await shortVerdicts(lab, agent)).toMatchObject({ intact: 'unsigned@1', complete: 'gap@1' });
    }
    await asOwner('DELETE FROM tombstones');
    expect((await shortVerdicts(lab, 'ended')).complete).toMatch(/@1$/);
    expect((await shortVerdicts(lab, 'old')).complete).toMatch(/@1$/);
    await asOwner('INSERT INTO tombstones SELECT * FROM saved');
    // Temporal still has its history, and nothing said any more that it had expired.
    await asOwner(`DELETE FROM raw_histories WHERE agent_id = 'ended'`);
    expect(await shortVerdicts(lab, 'ended')).toEqual(gone);
  });

  describe('in a bundle', () => {
    const exported = async (agent: string): Promise<Files> => {
      const answer = await api.call('GET', `agents/${agent}/export`);
      expect(answer.status).toBe(200);
      return filesOf(Buffer.from(await answer.arrayBuffer()));
    };
    const reportOn = async (files: Files): Promise<Report> => verifyBundle(await zipTo(join(dir, 'b.zip'), files), []);
    const told = ({ verdict, agents: [agent] }: Report): object => ({
      verdict,
      intact: agent?.verdicts.intact,
      complete: agent?.verdicts.complete,
    });
    const passed = { verdict: 'pass' };

    it.each(['ended', 'old'])('of agent %s is covered by its tombstones, offline too', async (agent) => {
      const files = await exported(agent);
      expect(told(await reportOn(files))).toEqual({ verdict: 'pass', intact: passed, complete: passed });
      const path = 'agents/1/tombstones.ndjson';
      const lines = files.get(path)?.toString().trimEnd().split('\n') ?? [];
      const { body, signature } = JSON.parse(lines[0] ?? '') as { body: object } & Pick<SignedTombstone, 'signature'>;
      const forged = canonicalText({ body: { ...body, class: 'other' }, signature });
      files.set(path, Buffer.from([forged, ...lines.slice(1)].map((line) => `${line}\n`).join('')));
      relisted(files);
      expect(told(await reportOn(files))).toMatchObject({
        verdict: 'fail',
        intact: { code: 'unsigned', sequence: 1 },
        complete: { code: 'gap', sequence: 1 },
      });
    });
  });

  describe('a verification whose keeper is killed in the middle', () => {
    const ask = (): Verifications => new Verifications(lab.client, lab.pool, 'ymera', (query) => query());
    const acts = async (id: string): Promise<string[]> => {
      const { rows } = await lab.pool.query<{ state: string }>(
        `SELECT act->'detail'->>'state' AS state FROM edge_acts WHERE act->>'requestId' = $1`,
        [id],
      );
      return rows.map(({ state }) => state);
    };
    /** Kills the keeper when it has done the first of two agents and is at the second, and does something before there is another. */
    const interrupted = async (meanwhile: (id: string) => Promise<void> = async () => undefined): Promise<string> => {
      const client = await lab.pool.connect();
      let id: string;
      try {
        await client.query('BEGIN; LOCK TABLE workflow_bundles IN ACCESS EXCLUSIVE MODE');
        id = await ask().start({ agents: ['ended', 'old'] }, 'ann');
        await until(async () => (await ask().get(id))?.progress.done === 1, 'the first of two');
        await keeper.end('SIGKILL');
        await meanwhile(id);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
      keeper = await lab.startKeeper(keeperEnv);
      return id;
    };
    const ending = async (id: string): Promise<Verification> => {
      let found: Verification | null = null;
      await until(async () => ((found = await ask().get(id))?.endedAt ?? null) !== null, 'its end', 90_000);
      return found as unknown as Verification;
    };

    it('goes on with the second, and ends once', async () => {
      const id = await interrupted();
      expect(await ending(id)).toMatchObject({ state: 'done', progress: { agents: 2, done: 2 }, failed: 0 });
      expect((await ask().get(id))?.results.map(({ agent }) => agent).sort()).toEqual(['ended', 'old']);
      expect(await acts(id)).toEqual(['done']);
    });

    it('ends once where it was cancelled before another one was there', async () => {
      const id = await interrupted((asked) => ask().cancel(asked));
      expect(await ending(id)).toMatchObject({ state: 'cancelled', progress: { done: 1 } });
      expect(await acts(id)).toEqual(['cancelled']);
    });
  });
});
