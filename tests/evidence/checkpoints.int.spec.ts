import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { canonicalText } from '../../actors/core/canonical';
import {
  checkpointHash,
  firstPrevious,
  headsRoot,
  isIncluded,
  proveHead,
  type CheckpointBody,
} from '../../actors/core/evidence/checkpoint';
import { isSigned, keyRing } from '../../actors/core/evidence/signature';
import { guardedPostgres } from '../../api/guarded-postgres';
import { postgresSignedEvidence } from '../../api/signed-evidence';
import { listAnchors } from '../../projections/queries/evidence-anchors';
import { checkpointsAfter, headsOf, type Checkpoint } from '../../projections/queries/evidence-checkpoints';
import { historiesOf } from '../../projections/queries/evidence-histories';
import { evidenceKeys, installationId } from '../../projections/queries/evidence-keys';
import { askKeeper } from '../../projections/queries/evidence-requests';
import { ledgerHead, readFaults } from '../../projections/queries/events';
import { until } from '../_util/api-client';
import { RunLab, type KeeperProcess } from '../_util/run-lab';

jest.setTimeout(180_000);

describe('checkpoints', () => {
  let lab: RunLab;
  let keeper: KeeperProcess;
  let webhook: Server;
  let settings: NodeJS.ProcessEnv;
  const posted: Checkpoint[] = [];
  /** What the webhook answers. */
  let status = 500;
  beforeAll(async () => {
    webhook = createServer((request, response) => {
      void (async () => {
        let text = '';
        for await (const chunk of request) text += String(chunk);
        if (status === 200) posted.push(JSON.parse(text) as Checkpoint);
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
      })();
    }).listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    lab = await RunLab.open();
    await lab.startProjector();
    const repository = join(lab.home, 'anchors');
    mkdirSync(repository);
    execFileSync('git', ['init', '--quiet', repository]);
    settings = {
      EVIDENCE_CHECKPOINT_SECONDS: '1',
      EVIDENCE_ANCHOR_FILE: join(lab.home, 'anchor.ndjson'),
      EVIDENCE_ANCHOR_GIT: repository,
      EVIDENCE_ANCHOR_WEBHOOK: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/?token=hush`,
    };
    keeper = await lab.startKeeper(settings);
    for (const id of ['web', 'db', 'old']) await make(id);
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    webhook.closeAllConnections();
    webhook.close();
  }, 60_000);

  const make = (id: string): Promise<unknown> => {
    const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
    return lab.agents.create({ kind: 'flags', id, name: id, config, command: { id: `birth-${id}`, principal: 'ada' } });
  };
  let sets = 0;
  const set = async (agent: string): Promise<number> => {
    sets += 1;
    const data = { key: 'k', value: sets };
    const [result] = await lab.agents.send(agent, [{ id: `set-${sets}`, principal: 'ada', type: 'SetFlag', data }]);
    const sequence = result?.status === 'accepted' ? result.sequence : 0;
    await until(async () => (await ledgerHead(lab.pool, agent))?.sequence === sequence, 'the ledger');
    return sequence;
  };
  const all = (): Promise<Checkpoint[]> => checkpointsAfter(lab.pool, 0, 1_000);
  const bodyOf = ({ body }: Checkpoint): CheckpointBody => JSON.parse(body) as CheckpointBody;
  const signedHead = async (agent: string): Promise<number> => {
    const { rows } = await lab.pool.query<{ max: string | null }>(
      'SELECT max(sequence) FROM checkpoint_heads WHERE agent_id = $1',
      [agent],
    );
    return Number(rows[0]?.max ?? 0);
  };
  const reach = async (count: number): Promise<void> => {
    while ((await all()).length < count) {
      await set('web');
      await askKeeper(lab.pool, 'checkpoint', null);
    }
  };

  it('sign all heads, each naming the one before, when something has changed and on demand', async () => {
    const sequence = await set('web');
    const { number } = await askKeeper(lab.pool, 'checkpoint', null);
    expect(await signedHead('web')).toBe(sequence);
    // Nothing has changed since.
    expect(await askKeeper(lab.pool, 'checkpoint', null)).toEqual({ number });
    await set('db');
    await until(async () => (await all()).length > number, 'a checkpoint by itself');

    const { keys, fault } = keyRing(await evidenceKeys(lab.pool));
    expect(fault).toBeNull();
    let previous = firstPrevious;
    for (const [i, checkpoint] of (await all()).entries()) {
      const body = bodyOf(checkpoint);
      const heads = await headsOf(lab.pool, checkpoint.number);
      expect(canonicalText(body)).toBe(checkpoint.body);
      expect(checkpointHash(checkpoint.body)).toBe(checkpoint.hash);
      expect(body).toMatchObject({ number: i + 1, previous, root: headsRoot(heads), size: heads.length });
      expect(body.installation).toBe(await installationId(lab.pool));
      expect(isSigned(checkpoint.body, checkpoint.signature, keys.get(body.keyId)?.publicKey ?? '')).toBe(true);
      heads.forEach((head, leaf) => expect(isIncluded(head, proveHead(body.number, heads, leaf), body)).toBe(true));
      previous = checkpoint.hash;
    }
  });

  it('leave out a chain that does not hold, and say so', async () => {
    await askKeeper(lab.pool, 'checkpoint', null);
    const before = await signedHead('old');
    const bad = await set('old');
    const good = await set('db');
    await keeper.end('SIGTERM');
    // As somebody would who owns the database.
    await lab.pool.query('ALTER TABLE events DISABLE TRIGGER USER');
    await lab.pool.query(
      `UPDATE events SET record = replace(record::text, '"ada"', '"eve"')::json WHERE agent_id = 'old' AND sequence = $1`,
      [bad],
    );
    await lab.pool.query('ALTER TABLE events ENABLE TRIGGER USER');
    await lab.pool.query(`DELETE FROM signed_heads WHERE agent_id IN ('old', 'db')`);
    keeper = await lab.startKeeper(settings);
    await askKeeper(lab.pool, 'checkpoint', null);
    expect(await signedHead('db')).toBe(good);
    expect(await signedHead('old')).toBeLessThanOrEqual(Math.max(before, bad - 1));
    expect((await readFaults(lab.pool, 'old', 10)).faults).toMatchObject([{ sequence: bad, fault: 'altered' }]);
    expect(keeper.output()).toContain('a chain does not hold');
  });

  it('are made by one of several keepers at a time, without a gap', async () => {
    const others = await Promise.all([lab.startKeeper(settings), lab.startKeeper(settings)]);
    await reach((await all()).length + 5);
    await Promise.all(others.map((other) => other.end('SIGTERM')));
    expect((await all()).map(({ number }) => number)).toEqual((await all()).map((_, i) => i + 1));
  });

  it('are anchored outside in their order, after an outage too', async () => {
    status = 302;
    await until(
      async () => (await listAnchors(lab.pool)).some(({ fault }) => fault === 'the webhook answered 302'),
      'a redirect refused',
    );
    status = 200;
    const there = async (): Promise<boolean> => {
      const newest = (await all()).length;
      return (await listAnchors(lab.pool)).every(({ checkpoint, fault }) => checkpoint === newest && fault === null);
    };
    await until(there, 'all anchors', 90_000);
    const expected = (await all()).map(({ number, hash, body, signature }) => ({ number, hash, body, signature }));
    const lines = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    expect(lines(readFileSync(settings['EVIDENCE_ANCHOR_FILE'] ?? '', 'utf8'))).toEqual(expected);
    const shown = execFileSync('git', ['-C', settings['EVIDENCE_ANCHOR_GIT'] ?? '', 'show', 'HEAD:checkpoints.ndjson']);
    expect(lines(shown.toString())).toEqual(expected);
    expect(posted).toEqual(expected);
    expect(keeper.output()).not.toContain('hush');
    const { rows } = await lab.pool.query<{ text: string }>('SELECT anchors::text AS text FROM anchors');
    expect(rows.map(({ text }) => text).join()).not.toContain('hush');
  });

  it('are listed page by page, and prove a head to who asks', async () => {
    const signed = postgresSignedEvidence(lab.pool, guardedPostgres());
    const listed: Checkpoint[] = [];
    let next: string | null | undefined;
    do {
      const page = await signed.checkpoints(2, next ?? undefined);
      listed.push(...page.checkpoints);
      next = page.next;
    } while (next !== null);
    expect(listed.reverse()).toEqual(await all());
    const first = listed[0] as Checkpoint;
    const [head] = await headsOf(lab.pool, first.number);
    const proven = await signed.proof(first.number, head?.agent ?? '');
    expect(proven?.head).toEqual(head);
    expect(proven && isIncluded(proven.head, proven.proof, bodyOf(first))).toBe(true);
    expect(await signed.proof(first.number, 'nobody')).toBeNull();
    expect(await signed.checkpoint(listed.length + 100)).toBeNull();
  });

  it('of nothing but a manifest is a signature given out', async () => {
    const [key] = await evidenceKeys(lab.pool);
    const manifest = { format: 'ymera-evidence/1', installation: await installationId(lab.pool), keyId: key?.keyId };
    const text = canonicalText(manifest);
    const { keyId, signature } = await askKeeper(lab.pool, 'manifest', { text });
    expect([keyId, isSigned(text, signature, key?.publicKey ?? '')]).toEqual([key?.keyId, true]);
    const [checkpoint] = await all();
    const refused = [
      checkpoint?.body ?? '',
      `${text} `,
      canonicalText({ ...manifest, keyId: '0'.repeat(16) }),
      canonicalText({ ...manifest, installation: 'another' }),
      'null',
    ];
    for (const one of refused) {
      await expect(askKeeper(lab.pool, 'manifest', { text: one })).rejects.toMatchObject({ code: 'keeper_refused' });
    }
  });

  it('come with the histories of open runs where somebody asks for them', async () => {
    await askKeeper(lab.pool, 'archive', { agent: 'db' });
    const [first] = await historiesOf(lab.pool, 'db');
    expect(first).toMatchObject({ closed: false, nextRunId: null, firstSequence: 1 });
    const sequence = await set('db');
    await askKeeper(lab.pool, 'archive', { agent: 'db' });
    expect((await historiesOf(lab.pool, 'db')).map(({ lastSequence }) => lastSequence)).toEqual([sequence]);
  });
});
