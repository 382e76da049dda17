import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalText, sha256Hex } from '../../actors/core/canonical';
import { rechained } from '../../actors/core/evidence/check-fixture';
import type { ExportedHistory } from '../../actors/core/evidence/manifest';
import { keyIdOf } from '../../actors/core/evidence/signature';
import type { EventRecord } from '../../actors/core/event';
import { seal } from '../../actors/core/hash-chain';
import { checkedConfig } from '../../actors/core/validate';
import { flags } from '../../actors/flags/flags';
import { postgresKeeper } from '../../api/export/postgres-keeper';
import { postgresEvidence } from '../../api/export/postgres-source';
import { startTestApi, type TestApi } from '../../api/stand-ins';
import type { Report } from '../../cli/verify/verify';
import { distDir } from '../../infra/paths';
import { until } from '../_util/api-client';
import { filesOf, manifestOf, recordsOf, relisted, withRecords, zipTo, type Files } from '../_util/bundle-files';
import { RunLab } from '../_util/run-lab';

const runbook = `
name: greet
steps:
  - {id: say, action: debug.echo, with: {value: hello}}
  - id: ask
    approval: {roles: [approver]}
    steps: [{id: last, action: debug.echo, with: {value: bye}}]
`;
const records = 'agents/1/records.ndjson';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

describe('an exported bundle, verified by the one file on a machine that has only Node', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-export-'));
  const alone = join(dir, 'alone');
  let lab: RunLab;
  let api: TestApi;
  let run: string;
  let files: Files;
  let keyId: string;
  let length: number;

  beforeAll(async () => {
    mkdirSync(alone);
    copyFileSync(join(distDir, 'ymera-verify.js'), join(alone, 'verify.js'));
    lab = await RunLab.open();
    await lab.startProjector();
    await lab.startKeeper({ EVIDENCE_CHECKPOINT_SECONDS: '3600' });
    const keeper = postgresKeeper(lab.pool);
    api = await startTestApi({ evidence: postgresEvidence(lab.pool, (query) => query()), keeper });

    const command = { id: 'create', principal: 'ada', reason: '=1+1' };
    await lab.agents.create({
      kind: 'flags',
      id: 'shop',
      name: '<b>Shop</b>',
      config: checkedConfig(flags, {}),
      command,
    });
    for (let i = 0; i < 50; i += 1) {
      await set(`c${i}`, { key: 'banner', value: i }, i % 5 === 4 ? 'bob' : 'ada');
      if (i === 20) await settled('shop').then(() => keeper.makeCheckpoint());
    }
    await lab.saveRunbook(runbook);
    run = await lab.launch('greet');
    await lab.reaches(run, ({ approvals }) => approvals['ask']?.status === 'pending', 'the question');
    const planHash = (await lab.state(run)).approvals['ask']?.planHash;
    await lab.command(run, 'Approve', { step: 'ask', planHash }, { roles: ['approver'] });
    await lab.ended(run);
    for (const agent of ['shop', run]) await settled(agent);
    files = await filesOf(await exported('agents/shop/export'));
    keyId = (JSON.parse(files.get('manifest.sig.json')?.toString() ?? '') as { keyId: string }).keyId;
    length = recordsOf(files, records).length;
  }, 180_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await lab?.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const set = async (id: string, data: object, principal: string): Promise<void> => {
    const [result] = await lab.agents.send('shop', [{ id, type: 'SetFlag', data, principal }]);
    expect(result?.status).toBe('accepted');
  };
  /** Waits until the ledger has all that an agent has said. */
  const settled = (id: string): Promise<void> =>
    until(async () => {
      const { rows } = await lab.pool.query<{ sequence: string }>('SELECT sequence FROM agents WHERE id = $1', [id]);
      return Number(rows[0]?.sequence) === (await lab.agents.view(id)).sequence;
    }, `the ledger of ${id}`);

  const exported = async (path: string): Promise<Buffer> => {
    const answer = await api.call('GET', path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    return Buffer.from(await answer.arrayBuffer());
  };
  const verify = (file: string, ...options: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      const args = [join(alone, 'verify.js'), file, ...options];
      execFile(process.execPath, args, { cwd: alone, env: {} }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
  const reportOn = async (changed: Files, ...options: string[]): Promise<Report & { code: number }> => {
    const { code, stdout, stderr } = await verify(await zipTo(join(dir, 'changed.zip'), changed), '--json', ...options);
    expect(stderr).toBe('');
    return { code, ...(JSON.parse(stdout) as Report) };
  };
  /** Verdicts as `pass`, `not_checkable` or `code@sequence`, the faults of the bundle, and the exit code. */
  const told = ({ code, agents, bundle }: Report & { code: number }): Record<string, unknown> => {
    const short = (name: 'intact' | 'complete' | 'attributed'): string => {
      const verdict = agents[0]?.verdicts[name];
      return verdict?.verdict === 'fail' ? `${verdict.code}@${verdict.sequence ?? ''}` : (verdict?.verdict ?? '');
    };
    const [intact, complete, attributed] = [short('intact'), short('complete'), short('attributed')];
    return { code, intact, complete, attributed, bundle: bundle.faults.map(({ code }) => code) };
  };
  const sound = { code: 0, intact: 'pass', complete: 'pass', attributed: 'pass', bundle: [] };

  it('passes, and says what it could not look at', async () => {
    const report = await reportOn(files, '--key', keyId);
    expect(told(report)).toEqual(sound);
    expect(report.bundle).toMatchObject({ signedBy: keyId, trust: 'pinned' });
    expect(report.agents[0]?.coverage).toMatchObject({
      records: 51,
      from: 1,
      to: 51,
      runs: 2,
      signedTo: 51,
      checkpoints: 2,
    });
    expect(report.agents[0]?.verdicts.replayConsistent.verdict).toBe('not_checkable');
    const { code, stdout } = await verify(await zipTo(join(dir, 'sound.zip'), files));
    expect(code).toBe(0);
    expect(stdout).toContain('nothing speaks against it');
    expect(stdout).toContain('the keys come from the bundle itself');
    expect(stdout).toMatch(/replay-consistent {2}not checkable {2}.*POST \/api\/v1\/agents/);
  }, 60_000);

  it('passes of a run, with its approval in the report', async () => {
    const bundle = await filesOf(await exported(`runs/${run}/export`));
    expect(told(await reportOn(bundle))).toEqual(sound);
    expect(bundle.get('report.html')?.toString()).toContain('ApprovalGiven');
  }, 60_000);

  it('holds nothing that a browser would run or a spreadsheet would reckon', () => {
    const html = files.get('report.html')?.toString() ?? '';
    expect(html).not.toMatch(/<script|<b>Shop|https?:\/\//);
    expect(html).toContain("default-src 'none'");
    expect(files.get('records.csv')?.toString()).toContain(`"'=1+1"`);
  });

  it('of one principal, brings those records and what proves them, and says what that can not show', async () => {
    const bundle = await filesOf(await exported('evidence/export?principal=bob&agent=shop'));
    const bobs = recordsOf(files, records).filter(({ principal }) => principal === 'bob');
    expect(bundle.get('records.csv')?.toString().trimEnd().split('\r\n')).toHaveLength(bobs.length + 1);
    const carried = recordsOf(bundle, records);
    expect(carried).toEqual(expect.arrayContaining(bobs));
    expect(carried[0]?.sequence).toBe(bobs[0]?.sequence);
    expect(told(await reportOn(bundle))).toEqual({ ...sound, complete: 'not_checkable' });
    const middle = carried[3] as EventRecord;
    withRecords(
      bundle,
      records,
      carried.filter((record) => record !== middle),
    );
    expect(told(await reportOn(bundle))).toMatchObject({ code: 1, complete: `gap@${middle.sequence}` });
  }, 60_000);

  it('of a span of time, is empty where nothing happened', async () => {
    const bundle = await filesOf(await exported('evidence/export?to=2020-01-01T00:00:00Z'));
    expect(manifestOf(bundle).agents).toEqual([]);
    expect((await reportOn(bundle)).code).toBe(0);
  }, 30_000);

  it('puts on record who took what, and the hash of the manifest', () => {
    const acts = api.identity.acts.filter(({ about }) => about === manifestOf(files).exportId);
    expect(acts.map(({ type, principal }) => [type, principal])).toEqual([
      ['EvidenceExportBegun', 'ann'],
      ['EvidenceExported', 'ann'],
    ]);
    expect(acts[1]?.detail).toMatchObject({
      scope: '{"type":"agent","agent":"shop"}',
      records: '51',
      manifest: sha256Hex(files.get('manifest.json')?.toString() ?? ''),
    });
  });

  describe('is found out', () => {
    const forged = (change: (all: EventRecord[]) => EventRecord[] | void) => (changed: Files) => {
      const all = recordsOf(changed, records);
      withRecords(changed, records, change(all) ?? all);
    };
    const histories = (changed: Files): ExportedHistory[] =>
      JSON.parse(changed.get('agents/1/histories.json')?.toString() ?? '') as ExportedHistory[];
    /** Another value in what the first run was told, as long as it was. */
    const retold = (changed: Files): void => {
      const path = 'agents/1/histories/1.pb';
      const text = (changed.get(path) as Buffer).toString('latin1');
      changed.set(path, Buffer.from(text.replaceAll('"key":"banner","value":5', '"key":"banner","value":6'), 'latin1'));
    };
    const cases: [string, (changed: Files) => void, object][] = [
      [
        'a changed byte in a record',
        forged((all) => void ((all[6] as EventRecord).principal = 'bda')),
        { intact: 'altered@7' },
      ],
      [
        'a record removed in the middle',
        forged((all) => all.filter(({ sequence }) => sequence !== 7)),
        { complete: 'gap@7' },
      ],
      ['the tail cut', forged((all) => all.slice(0, 49)), { complete: 'cut@50' }],
      [
        'two records swapped',
        forged((all) => [...all.slice(0, 6), all[7], all[6], ...all.slice(8)] as EventRecord[]),
        { intact: 'out_of_order@7' },
      ],
      [
        'a whole chain recomputed without the key',
        forged((all) => rechained(all, 7, { data: { key: 'banner', value: 'forged', previous: null } })),
        { intact: 'not_as_told@7' },
      ],
      [
        'a record inserted',
        forged((all) => {
          const { hash: prevhash, ...last } = all.at(-1) as EventRecord;
          const sequence = last.sequence + 1;
          return [...all, seal({ ...last, sequence, id: `shop:${sequence}`, prevhash, commandid: 'forged' })];
        }),
        { complete: 'extra@52' },
      ],
      ['a raw history altered', retold, { intact: 'history_altered@' }],
      [
        'a raw history altered, and listed as it is now',
        (changed) => {
          retold(changed);
          const listed = histories(changed);
          const bytes = changed.get('agents/1/histories/1.pb') as Buffer;
          Object.assign(listed[0] as ExportedHistory, { sha256: sha256Hex(bytes) });
          changed.set('agents/1/histories.json', Buffer.from(canonicalText(listed)));
        },
        { intact: 'history_altered@7' },
      ],
      [
        'a history missing',
        (changed) => void changed.delete('agents/1/histories/2.pb'),
        { complete: expect.stringMatching(/^history_missing@\d+$/) as string },
      ],
      [
        'a history missing, and not listed',
        (changed) => {
          changed.delete('agents/1/histories/1.pb');
          changed.set('agents/1/histories.json', Buffer.from(canonicalText(histories(changed).slice(1))));
        },
        { complete: 'history_missing@1' },
      ],
    ];

    it.each(cases)(
      '%s',
      async (_, change, expected) => {
        const changed = new Map(files);
        change(changed);
        const { bundle, ...verdicts } = told(await reportOn(changed));
        expect(verdicts).toMatchObject({ code: 1, ...expected });
        expect(String(bundle)).toMatch(/^file_/);
        relisted(changed);
        const report = await reportOn(changed);
        expect(told(report)).toMatchObject({ code: 1, ...expected, bundle: ['unsigned'] });
        const { stdout } = await verify(join(dir, 'changed.zip'));
        expect(stdout).toMatch(/first bad: agent shop/);
      },
      60_000,
    );

    it('an export edited', async () => {
      const changed = new Map(files).set('report.html', Buffer.from('<p>All is well.</p>'));
      expect((await reportOn(changed)).first).toMatchObject({ code: 'file_altered', path: 'report.html' });
      relisted(changed);
      expect((await reportOn(changed)).first).toMatchObject({ code: 'unsigned', path: 'manifest.sig.json' });
      const added = new Map(files).set('agents/2/records.ndjson', Buffer.from(''));
      expect((await reportOn(added)).first).toMatchObject({ code: 'file_added', path: 'agents/2/records.ndjson' });
      const manifest = { ...manifestOf(files), createdBy: 'eve' };
      const edited = new Map(files).set('manifest.json', Buffer.from(canonicalText(manifest)));
      expect(told(await reportOn(edited))).toEqual({ ...sound, code: 1, bundle: ['unsigned'] });
    }, 60_000);

    it('a signature by another key, whatever keys the bundle brings', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
      const changed = resigned(new Map(files), keyIdOf(raw), privateKey);
      expect(told(await reportOn(changed))).toEqual({ ...sound, code: 1, bundle: ['unsigned'] });
      const key = { keyId: keyIdOf(raw), publicKey: raw.toString('base64'), createdAt: '2026-01-01T00:00:00.000Z' };
      const listed = [{ ...key, retiredAt: null, vouchedBy: null, voucher: null }];
      changed.set('keys.json', Buffer.from(canonicalText(listed)));
      relisted(changed);
      resigned(changed, keyIdOf(raw), privateKey);
      expect(told(await reportOn(changed))).toMatchObject({
        code: 1,
        intact: expect.stringMatching(/^unsigned@\d+$/) as string,
        bundle: [],
      });
      expect(told(await reportOn(changed, '--key', keyId)).bundle).toEqual(['unsigned']);
      writeFileSync(join(dir, 'own.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
      expect(told(await reportOn(files, '--key', join(dir, 'own.pem'))).bundle).toEqual(['unsigned']);
    }, 60_000);

    function resigned(changed: Files, id: string, privateKey: KeyObject): Files {
      const text = canonicalText({ ...manifestOf(changed), keyId: id });
      const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
      changed.set('manifest.json', Buffer.from(text));
      return changed.set(
        'manifest.sig.json',
        Buffer.from(canonicalText({ keyId: id, algorithm: 'Ed25519', signature })),
      );
    }
  });

  it('is none where it is cut short, garbage, or not what it says: exit 2 and one line', async () => {
    const whole = readFileSync(await zipTo(join(dir, 'whole.zip'), files));
    const written = (name: string, bytes: Buffer): string => {
      writeFileSync(join(dir, name), bytes);
      return join(dir, name);
    };
    const hostile = Buffer.from(whole);
    for (let at = hostile.indexOf('records.csv'); at >= 0; at = hostile.indexOf('records.csv', at + 1))
      hostile.write('../../x.csv', at);
    const renamed = Buffer.from(whole);
    renamed.write('records.txt', renamed.indexOf('records.csv'));
    const bad = [
      written('cut.zip', whole.subarray(0, whole.length - 200)),
      written('half.zip', whole.subarray(0, Math.floor(whole.length / 2))),
      written('empty.zip', Buffer.alloc(0)),
      written('garbage.zip', Buffer.alloc(5000, 'PK\x03\x04')),
      written('hostile.zip', hostile),
      written('renamed.zip', renamed),
      await zipTo(join(dir, 'twice.zip'), files, 'records.csv'),
      await zipTo(join(dir, 'none.zip'), new Map([['a.txt', Buffer.from('a')]])),
      join(dir, 'nowhere.zip'),
    ];
    for (const file of bad) {
      const { code, stdout, stderr } = await verify(file);
      expect([file, code, stdout, stderr.trimEnd().split('\n').length]).toEqual([file, 2, '', 1]);
    }
    expect((await verify(join(dir, 'whole.zip'), '--key', 'nonsense')).code).toBe(2);
    expect((await verify(join(dir, 'whole.zip'), '--nonsense')).code).toBe(2);
  }, 60_000);

  it('of what is not there, is a problem', async () => {
    for (const [path, code] of [
      ['agents/nobody/export', 'agent_not_found'],
      ['runs/nobody/export', 'run_not_found'],
      ['runs/shop/export', 'run_not_found'],
      ['evidence/export?from=0000-01-01T00:00:00Z', 'invalid_parameter'],
    ] as const) {
      expect(await (await api.call('GET', path)).json()).toMatchObject({ code });
    }
    expect(length).toBe(51);
  });
});
