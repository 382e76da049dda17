import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../infra/paths';
import { startTestStack, TestStack } from '../tests/_util/stack';
import type { Role } from './stack-file';

/** Real servers and the real supervisor; the worker, the projector, the keeper of evidence and the API are stand-ins of a few lines. */
const standIn = `
  process.stdout.write(JSON.stringify({ level: 'info', msg: 'ready' }) + '\\n');
  const timer = setInterval(() => {}, 1000);
  process.on('SIGTERM', () => clearInterval(timer));
`;
const standInApi = `
  const server = require('node:http').createServer((_, response) => response.end('ok'));
  server.listen(Number(process.env.PORT), process.env.HOST);
  process.on('SIGTERM', () => { server.close(); server.closeAllConnections(); });
`;
const roles: Role[] = ['temporal', 'nats', 'redis', 'postgres', 'worker', 'projector', 'evidence', 'api'];

jest.setTimeout(180_000);

describe('the stack', () => {
  let project: string;
  let script: string;
  let stack: TestStack;

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'ymera-project-'));
    const dist = join(project, 'dist');
    script = join(dist, 'stack.js');
    mkdirSync(dist);
    writeFileSync(join(project, 'package-lock.json'), '{}');
    symlinkSync(join(projectRoot, 'node_modules'), join(project, 'node_modules'));
    cpSync(join(projectRoot, 'projections/migrations'), join(dist, 'migrations'), { recursive: true });
    execFileSync(join(projectRoot, 'node_modules/.bin/esbuild'), [
      join(projectRoot, 'stack/main.ts'),
      ...['--bundle', '--packages=external', '--platform=node', '--format=cjs', '--log-level=error'],
      `--outfile=${script}`,
    ]);
    for (const role of ['worker', 'projector', 'evidence']) writeFileSync(join(dist, `${role}.js`), standIn);
    writeFileSync(join(dist, 'api.js'), standInApi);
    writeFileSync(join(dist, 'plain-promises.js'), '');
    stack = await startTestStack({ script });
  });

  afterAll(async () => {
    await stack?.stop();
    rmSync(project, { recursive: true, force: true });
  });

  const pidsOf = (of: TestStack): number[] => Object.values(of.reload().pids) as number[];

  it('publishes a private stack.json with all addresses, credentials and pids', async () => {
    expect(statSync(join(stack.home, 'stack.json')).mode & 0o777).toBe(0o600);
    expect(stack.running(pidsOf(stack))).toHaveLength(8);
    expect(stack.file.credentials).toEqual({
      username: 'admin',
      password: expect.stringMatching(/^[\w-]{24}$/) as string,
    });
    expect(stack.output).toContain(`ready ${stack.file.api}\n`);
    expect((await fetch(`${stack.file.api}/healthz`)).status).toBe(200);
  });

  it.each(roles)('restarts a killed %s at the same address', async (role) => {
    const before = stack.reload();
    const killed = stack.kill(role);
    const next = await stack.waitRestarted(role);
    expect(next).not.toBe(killed);
    expect(stack.reload()).toEqual({ ...before, pids: { ...before.pids, [role]: next } });
  });

  it('refuses a second stack in the same home, in one line', async () => {
    const second = new TestStack(stack.home, { script });
    await expect(second.start()).rejects.toThrow('a stack is running in');
    expect(second.output.trim().split('\n')).toHaveLength(1);
    expect(stack.running(pidsOf(stack))).toHaveLength(8);
  });

  it('runs beside another stack with another home', async () => {
    const other = await startTestStack({ script });
    try {
      expect(stack.running(pidsOf(other))).toHaveLength(8);
      expect(other.file.api).not.toBe(stack.file.api);
    } finally {
      await other.stop();
    }
  });

  it('ends in order with exit 0, without an orphan, and leaves only the credentials', async () => {
    const pids = pidsOf(stack);
    const { credentials } = stack.file;
    expect(await stack.end()).toBe(0);
    expect(stack.running(pids)).toEqual([]);
    expect(JSON.parse(readFileSync(join(stack.home, 'stack.json'), 'utf8'))).toEqual({ credentials });
  });

  it('starts again on the same data, ports and credentials', async () => {
    const before = { ...stack.file, pids: undefined };
    await stack.start();
    expect({ ...stack.file, pids: undefined }).toEqual(before);
  });

  it('starts again after the supervisor was killed, on the same ports', async () => {
    const before = stack.reload();
    const pids = pidsOf(stack);
    await stack.signal('SIGKILL');
    await stack.start();
    expect(stack.running(pids)).toEqual([]);
    expect({ ...stack.file, pids: undefined }).toEqual({ ...before, pids: undefined });
  });

  it('ends when it is told so while it starts', async () => {
    await stack.end();
    const starting = stack.start();
    const refused = expect(starting).rejects.toThrow('the stack ended (0)');
    while (!stack.output.includes('starting the servers')) await sleep(20);
    await sleep(300);
    expect(await stack.end()).toBe(0);
    await refused;
  });
});
