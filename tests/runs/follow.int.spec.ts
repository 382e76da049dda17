import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { checkedConfig } from '../../actors/core/validate';
import { devops } from '../../actors/devops/devops';
import type { FollowProgress } from '../../activities/follow-activities';
import type { FilePosition } from '../../activities/logs/follow-file';
import { logLines } from '../../bench/log-lines';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

/** A devops agent that reads logs and asks repositories, through a real worker that is killed meanwhile. */
describe('what an agent follows', () => {
  let lab: RunLab;
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-follow-'));
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
    const git = (cwd: string, ...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
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
});
