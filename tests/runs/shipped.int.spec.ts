import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { distDir, projectRoot } from '../../infra/paths';
import { freePort } from '../../stack/ports';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { git } from '../_util/git';

/** Each runbook that ships, with the real thing. */
describe('shipped runbooks', () => {
  const service = join(distDir, 'service.js');
  let lab: RunLab;
  let dir: string;
  const ports: { port: number; pidFile: string }[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-shipped-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: dir });
    for (const name of await readdir(join(projectRoot, 'runbooks'))) {
      await lab.saveRunbook(readFileSync(join(projectRoot, 'runbooks', name), 'utf8'));
    }
  }, 120_000);
  afterAll(async () => {
    for (const { pidFile } of ports) {
      if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    }
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const answers = (port: number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.ok,
      () => false,
    );
  const startService = async (): Promise<{ url: string; argv: string[]; port: number; pid: () => number }> => {
    const port = await freePort();
    const pidFile = join(dir, `pid-${port}`);
    ports.push({ port, pidFile });
    spawn(process.execPath, [service, 'serve', `${port}`, pidFile], { detached: true, stdio: 'ignore' }).unref();
    await until(() => answers(port), 'a service');
    const pid = (): number => Number(readFileSync(pidFile, 'utf8'));
    const argv = [process.execPath, service, 'restart', `${port}`, pidFile];
    return { url: `http://127.0.0.1:${port}/`, argv, port, pid };
  };
  const answer = async (run: string, step: string): Promise<void> => {
    await lab.reaches(run, ({ approvals }) => approvals[step]?.status === 'pending', 'the question');
    const planHash = (await lab.state(run)).approvals[step]?.planHash;
    const who = { principal: 'bob', roles: ['approver'], reason: 'looked at it' };
    expect((await lab.command(run, 'Approve', { step, planHash }, who)).status).toBe('accepted');
  };

  it('restart-service restarts what does not answer, and leaves alone what does', async () => {
    const { url, argv, port, pid } = await startService();
    const well = await lab.launch('restart-service', { url, argv, settle: 0.2 });
    expect(await lab.ended(well)).toMatchObject({ status: 'succeeded', output: { was_well: true, restarted: false } });
    const killed = pid();
    process.kill(killed, 'SIGKILL');
    await until(async () => !(await answers(port)), 'its end');
    const run = await lab.launch('restart-service', { url, argv, settle: 0.2 });
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded', output: { was_well: false, restarted: true } });
    expect(await answers(port)).toBe(true);
    expect(pid()).not.toBe(killed);
  }, 60_000);

  it('rolling-restart goes through a fleet, and stops before it takes all of it down', async () => {
    const fleet = [await startService(), await startService(), await startService()];
    const before = fleet.map(({ pid }) => pid());
    const services = fleet.map(({ url, argv }) => ({ url, argv }));
    const run = await lab.launch('rolling-restart', { fleet: 'web', services });
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    const after = fleet.map(({ pid }) => pid());
    expect(after.every((pid, i) => pid !== before[i])).toBe(true);

    await until(async () => (await Promise.all(fleet.map(({ port }) => answers(port)))).every(Boolean), 'the fleet');
    const broken = services.map((one, i) =>
      i === 1 ? { ...one, argv: [process.execPath, '-e', 'process.exit(1)'] } : one,
    );
    const stopped = await lab.launch('rolling-restart', { fleet: 'web', services: broken, start_timeout: 1 });
    const state = await lab.ended(stopped);
    expect(state).toMatchObject({ status: 'failed', error: { code: 'failure_threshold' } });
    expect(fleet[0]?.pid()).not.toBe(after[0]);
    expect(fleet[2]?.pid()).toBe(after[2]);
  }, 90_000);

  it('roll-back-deployment pushes the revert that was agreed to, and a tag', async () => {
    const bare = join(dir, 'app.git');
    const work = join(dir, 'app');
    git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
    git(dir, 'clone', '-q', bare, work);
    const commit = (text: string): string => {
      writeFileSync(join(work, 'version'), text);
      git(work, 'add', '.');
      git(work, 'commit', '-q', '-m', text);
      return git(work, 'rev-parse', 'HEAD');
    };
    commit('good');
    const bad = commit('bad');
    git(work, 'push', '-q', 'origin', 'HEAD:main');
    const run = await lab.launch('roll-back-deployment', { repository: bare, commits: [bad], tag: 'back-1' });
    await answer(run, 'agreed');
    const end = await lab.ended(run);
    expect(end).toMatchObject({ status: 'succeeded' });
    const { sha } = end.output as { sha: string };
    expect(git(bare, 'rev-parse', 'main')).toBe(sha);
    expect(git(bare, 'rev-parse', 'back-1^{commit}')).toBe(sha);
    expect(git(bare, 'show', 'main:version')).toBe('good');
  }, 60_000);

  it('clean-up-disk removes the files that were agreed to, and none where there is room', async () => {
    const old = join(dir, 'old');
    mkdirSync(old);
    const month = new Date(Date.now() - 30 * 86_400_000);
    for (const name of ['a.gz', 'b.gz', 'young.gz', 'c.txt']) {
      writeFileSync(join(old, name), 'x'.repeat(100));
      if (name !== 'young.gz') utimesSync(join(old, name), month, month);
    }
    const input = { path: old, glob: join(old, '*.gz') };
    const idle = await lab.launch('clean-up-disk', { ...input, threshold: 101 });
    expect(await lab.ended(idle)).toMatchObject({ status: 'succeeded', steps: { clean: { status: 'skipped' } } });
    const run = await lab.launch('clean-up-disk', { ...input, threshold: 0 });
    await lab.reaches(run, ({ approvals }) => approvals['clean']?.status === 'pending', 'the question');
    expect(JSON.stringify((await lab.state(run)).approvals['clean']?.plan)).toContain(join(old, 'a.gz'));
    await answer(run, 'clean');
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    expect((await readdir(old)).sort()).toEqual(['c.txt', 'young.gz']);
  }, 60_000);

  it('check-certificates tells of those that end soon and of hosts that do not answer', async () => {
    const make = (name: string, days: number): { key: string; cert: string } => {
      const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', `${days}`];
      execFileSync('openssl', [...args, ...subject], { stdio: 'ignore' });
      return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    };
    const servers: Server[] = [];
    const hosts: object[] = [];
    for (const [name, days] of [
      ['long', 300],
      ['short', 3],
    ] as const) {
      const pair = make(name, days);
      const server = createServer(pair);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      hosts.push({ host: '127.0.0.1', port: (server.address() as { port: number }).port, ca: pair.cert });
    }
    hosts.push({ host: '127.0.0.1', port: await freePort() });
    const run = await lab.launch('check-certificates', { hosts });
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    const told = (await lab.records(run)).filter((record) => eventName(record) === 'NotificationSent');
    expect(told.map(({ data, messagetype }) => [(data as { path: string }).path, messagetype])).toEqual(
      expect.arrayContaining([
        ['each[1].tell', 'NOTIFICATION'],
        ['each[2].tell', 'NOTIFICATION'],
      ]),
    );
    expect(told).toHaveLength(2);
    servers.forEach((server) => server.close());
  }, 60_000);
});
