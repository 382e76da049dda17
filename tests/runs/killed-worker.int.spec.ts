import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { checkedConfig } from '../../actors/core/validate';
import { devops } from '../../actors/devops/devops';
import type { FollowProgress } from '../../activities/follow-activities';
import { testServer } from '../../activities/_util/http-server';
import type { FilePosition } from '../../activities/logs/follow-file';
import { logLines } from '../../bench/log-lines';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { git } from '../_util/git';

/** Logs, repositories, alerts and pipelines, through a real worker that is killed with -9 in the middle of each. */
describe('what goes on though its worker is killed', () => {
  let lab: RunLab;
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-killed-'));
    lab = await RunLab.open({ YMERA_READ_ROOTS: dir, YMERA_WRITE_ROOTS: dir, YMERA_SECRET_PIN: 'quite-a-secret' });
    await lab.saveRunbook(
      'name: note\ninput: {sha: {type: string, default: none}, branch: {type: string, default: none}, repository: {type: string, default: none}}\nsteps: [{id: note, action: debug.echo, with: {value: "${{ input.sha }}"}}]\n',
    );
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const agent = async (id: string, config: object): Promise<void> => {
    const command = { id: `create:${id}`, principal: 'ada' };
    await lab.agents.create({ kind: 'devops', id, name: id, config: checkedConfig(devops, config), command });
  };
  interface Found {
    kind: string;
    what: string;
    lines: string[];
    count: number;
  }
  const data = async (id: string, event: string): Promise<Record<string, unknown>[]> =>
    (await lab.records(id)).filter((record) => eventName(record) === event).map((record) => record.data as never);
  /** How far the log was read, as the last heartbeat says that another worker would go by. */
  const reached = async (id: string): Promise<number> => {
    const { raw } = await lab.client.workflow.getHandle(`follow:${id}`).describe();
    const payload = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
    const progress = payload ? (JSON.parse(Buffer.from(payload).toString()) as Partial<FollowProgress>) : {};
    return (progress['app']?.position as FilePosition | undefined)?.offset ?? -1;
  };
  const found = async (id: string): Promise<Found[]> => (await data(id, 'LogAnomalyDetected')) as unknown as Found[];

  it('tells of what is unusual in a log, through rotation, truncation and the loss of a worker', async () => {
    const log = join(dir, 'app.log');
    const chunks = [...logLines(60_000, 500)];
    const write = (from: number, to: number): void => appendFileSync(log, Buffer.concat(chunks.slice(from, to)));
    writeFileSync(log, '');
    const patterns = [
      { name: 'corrupt', pattern: 'checksum (mismatch|failure) in segment \\d+' },
      { name: 'start', pattern: 'Started app' },
    ];
    const remediation = { runbook: 'note' };
    const source = { type: 'file', path: log };
    const own = {
      name: 'app',
      source,
      from: 'beginning',
      patterns,
      learn_lines: 5000,
      redact: ['secret://pin'],
      remediation,
    };
    await agent('logs', { logs: [own] });
    appendFileSync(log, '2026-11-25T00:00:00Z INFO Started app\n');
    write(0, 30);
    await until(async () => (await found('logs')).length === 1, 'the first line');
    // Rotated by a new name, with the rest of the old file still to be read.
    write(30, 40);
    renameSync(log, `${log}.1`);
    writeFileSync(log, '');
    write(40, 60);
    await until(async () => (await found('logs')).length >= 2, 'the line such as none before');
    await until(async () => (await reached('logs')) === statSync(log).size, 'its place on record');
    await lab.killWorker();
    // Copied and truncated while nobody looks.
    copyFileSync(log, `${log}.2`);
    truncateSync(log);
    write(60, 120);
    appendFileSync(log, '2026-11-25T00:03:00Z CRIT login of quite-a-secret with password=hunter22 refused for good\n');
    await until(async () => (await found('logs')).length >= 6, 'the others', 60_000).catch(async (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(await found('logs'), null, 1)}`);
    });
    const all = await found('logs');
    expect(all.map(({ kind }) => kind).sort()).toEqual(['new', 'new', 'new', 'pattern', 'pattern', 'spike']);
    expect(all.find(({ kind }) => kind === 'spike')).toMatchObject({
      what: expect.stringContaining('slow query') as string,
    });
    expect(all.filter(({ kind }) => kind === 'pattern').map(({ what }) => what)).toEqual(['start', 'corrupt']);
    expect(all.map(({ lines }) => lines[0]).join('\n')).toContain('FATAL deadlock');
    expect(all.at(-1)?.lines[0]).toContain('CRIT login of [secret] with password=[secret] refused for good');
    expect(JSON.stringify(await lab.records('logs'))).not.toMatch(/quite-a-secret|hunter22/);
    const [begun] = await data('logs', 'LogRunStarted');
    expect(begun).toMatchObject({ log: 'app', issue: 'app-log-1', runbook: 'note' });
    await until(async () => (await data('logs', 'SourceRunEnded')).length === 1, 'the end of its run');
    expect(await data('logs', 'LogRunStarted')).toHaveLength(1);
  }, 150_000);

  it('begins one run for each new commit of a branch', async () => {
    const [bare, work] = [join(dir, 'app.git'), join(dir, 'app')];
    git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
    git(dir, 'clone', '-q', bare, work);
    const push = (branch: string): string => {
      git(work, 'commit', '-q', '--allow-empty', '-m', 'one more');
      git(work, 'push', '-q', 'origin', `HEAD:${branch}`);
      return git(work, 'rev-parse', 'HEAD');
    };
    const first = push('main');
    const own = { name: 'app', url: bare, branches: ['main', 'feature/*'], interval: 0.5, runbook: 'note' };
    await agent('polls', { repositories: [own] });
    await until(async () => (await data('polls', 'RepositorySeen')).length === 1, 'what is there');
    const second = push('main');
    await until(async () => (await data('polls', 'SourceRunEnded')).length === 1, 'the run of the second');
    await lab.killWorker();
    const third = push('feature/x');
    push('other');
    await until(async () => (await data('polls', 'SourceRunEnded')).length === 2, 'the run of the third', 60_000);
    expect(await data('polls', 'CommitDetected')).toEqual([
      { repository: 'app', branch: 'main', sha: second, before: first },
      { repository: 'app', branch: 'feature/x', sha: third, before: null },
    ]);
    const [{ run } = { run: '' }] = (await data('polls', 'SourceRunEnded')) as { run: string }[];
    expect((await lab.state(run)).steps['note']?.output).toEqual({ value: second });
  }, 120_000);

  it('tells a receiver what its worker was killed over, under the same key, and has it on record once', async () => {
    const held: ServerResponse[] = [];
    // The first telling is heard, and never answered: whoever sent it can not know.
    const pager = await testServer((_, response) => (held.length === 0 ? held.push(response) : response.end()));
    try {
      const receivers = { pager: { type: 'webhook', url: pager.url, repeat: 0 } };
      const pid = join(dir, 'no-process.pid');
      const target = { name: 'web', probe: { type: 'process', pid_file: pid }, interval: 0.2, failing_after: 1 };
      await agent('alerts', { targets: [target], alerting: { receivers, routes: [{ receivers: ['pager'] }] } });
      await until(() => pager.seen.length === 1, 'the first telling');
      await lab.killWorker();
      held[0]?.destroy();
      writeFileSync(pid, String(process.pid));
      await until(async () => (await data('alerts', 'AlertDelivered')).length === 2, 'both alerts on record', 90_000);
      const told = pager.seen.map(({ headers, body }) => {
        const { issue, status } = JSON.parse(body) as Record<string, unknown>;
        return [headers['idempotency-key'], issue, status];
      });
      const [[firstKey] = []] = told;
      // Tried again, perhaps more than once; and in the order of what happened.
      expect(new Set(told.slice(0, -1).map(String))).toEqual(new Set([`${String(firstKey)},web-1,firing`]));
      expect(told.length).toBeGreaterThan(2);
      expect(told.at(-1)).toEqual([expect.not.stringMatching(`^${String(firstKey)}$`), 'web-1', 'resolved']);
      expect((await data('alerts', 'AlertDelivered')).map(({ alert, status }) => [alert, status])).toEqual([
        [firstKey, 'firing'],
        [told.at(-1)?.[0], 'resolved'],
      ]);
      expect(await data('alerts', 'IssueDetected')).toHaveLength(1);
    } finally {
      await pager.end();
    }
  }, 150_000);

  describe('an action of a pipeline whose worker is killed', () => {
    let bare: string;
    let work: string;
    let sha: string;
    const content = 'what was made';
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

    beforeAll(() => {
      [bare, work] = [join(dir, 'made.git'), join(dir, 'made')];
      git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
      git(dir, 'clone', '-q', bare, work);
      writeFileSync(join(work, 'source'), content);
      git(work, 'add', '.');
      git(work, 'commit', '-q', '-m', 'first');
      git(work, 'push', '-q', 'origin', 'HEAD:main');
      sha = git(work, 'rev-parse', 'HEAD');
    });

    /** Goes on only the second time: the first try is in its middle when `begun` is there. */
    const slow = (begun: string): string => `if test -e ${begun}; then exit 0; fi; touch ${begun}; sleep 30; exit 1`;

    const table: { action: string; prepare(this: void, begun: string): object; holds(this: void): void }[] = [
      {
        action: 'pipeline.step',
        prepare: (begun) => ({
          path: work,
          sha,
          commands: [['sh', '-c', `cat source > out; (${slow(begun)})`]],
          artifacts: [{ name: 'out', path: 'out' }],
        }),
        holds: () => {
          const kept = join(lab.home, 'store', 'artifacts');
          expect(readdirSync(kept)).toEqual([digest.slice('sha256:'.length)]);
          const left = readdirSync(join(lab.home, 'workspace'), { recursive: true }) as string[];
          expect(left.filter((name) => name.includes('work-'))).toEqual([]);
        },
      },
      {
        action: 'artifact.fetch',
        prepare: (begun) => {
          // A pipe where the content should be: reading it waits, until it is the content.
          const blob = join(lab.home, 'store', 'artifacts', digest.slice('sha256:'.length));
          mkdirSync(join(lab.home, 'store', 'artifacts'), { recursive: true });
          rmSync(blob, { force: true });
          execFileSync('mkfifo', [blob]);
          writeFileSync(begun, '');
          writeFileSync(`${blob}.real`, content);
          afterKill = () => renameSync(`${blob}.real`, blob);
          return { digest, path: join(dir, 'fetched') };
        },
        holds: () => {
          expect(readFileSync(join(dir, 'fetched'), 'utf8')).toBe(content);
          expect(readdirSync(dir).filter((name) => name.startsWith('fetched'))).toEqual(['fetched']);
        },
      },
      {
        action: 'pipeline.status',
        prepare: (begun) => {
          writeFileSync(join(bare, 'hooks', 'pre-receive'), `#!/bin/sh\n${slow(begun)}\n`, { mode: 0o755 });
          return { repository: bare, sha, state: 'success', description: 'it did' };
        },
        holds: () => {
          const noted = JSON.parse(git(bare, 'notes', '--ref=ymera', 'show', sha)) as object;
          expect(noted).toEqual({ ymera: { state: 'success', description: 'it did', targetUrl: null } });
          expect(git(bare, 'rev-list', '--count', 'refs/notes/ymera')).toBe('1');
        },
      },
    ];
    let afterKill: () => void = () => undefined;

    it.each(table)(
      '$action',
      async ({ action, prepare, holds }) => {
        afterKill = () => undefined;
        const name = action.replace('.', '-');
        const begun = join(dir, `begun-${name}`);
        const given = JSON.stringify(prepare(begun));
        await lab.saveRunbook(`name: ${name}\nsteps: [{id: it, action: ${action}, with: ${given}}]\n`);
        const run = await lab.launch(name);
        await lab.reaches(run, ({ steps }) => steps['it'] !== undefined, 'its step');
        await until(() => existsSync(begun), 'the middle of it');
        await lab.killWorker();
        afterKill();
        const { status, steps } = await lab.ended(run, 60_000);
        expect({ status, steps }).toMatchObject({ status: 'succeeded', steps: { it: { status: 'succeeded' } } });
        holds();
      },
      90_000,
    );
  });
});
