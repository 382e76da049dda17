import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnvironment } from '../infra/config';
import { choosePorts } from './addresses';
import { keptSecret } from './files';
import { endLeftovers, recordProcesses } from './leftovers';
import { lockHome } from './lock';
import { prepareLog, readFrom, tail } from './log-file';
import { freePort, isFree } from './ports';
import { identityOf } from './processes';
import { readCredentials, reduceToCredentials } from './stack-file';

describe('a home', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ymera-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('is held by one stack, and free again afterwards', async () => {
    const unlock = await lockHome(home);
    await expect(lockHome(home)).rejects.toMatchObject({ code: 'home_busy' });
    await unlock();
    await (
      await lockHome(home)
    )();
  });

  it.each([
    ['of a process that is gone', { pid: 999_999_999, identity: '1' }],
    ['of a process whose id another one has now', { pid: process.pid, identity: 'another start' }],
  ])('takes over the lock %s', async (_, owner) => {
    writeFileSync(join(home, 'lock'), JSON.stringify(owner));
    await (
      await lockHome(home)
    )();
  });

  it('is given to exactly one of several takers of a stale lock', async () => {
    writeFileSync(join(home, 'lock'), '');
    const takers = await Promise.allSettled([1, 2, 3, 4, 5].map(() => lockHome(home)));
    expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps a generated secret, readable by its owner only', async () => {
    const file = join(home, 'secret-key');
    const secret = await keptSecret(file, 32);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await keptSecret(file, 32)).toBe(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps the credentials, and only them, while no stack runs', async () => {
    expect(await readCredentials(home)).toBeNull();
    const credentials = { username: 'admin', password: 'p' };
    await reduceToCredentials(home, credentials);
    expect(JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))).toEqual({ credentials });
    expect(await readCredentials(home)).toEqual(credentials);
  });

  it('is cleared of what a killed supervisor has left running', async () => {
    const { pid } = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    if (pid === undefined) throw new Error('sleep cannot be run');
    const identity = identityOf(pid) ?? '';
    await recordProcesses(home, [{ role: 'nats', pid, identity, signal: 'SIGTERM' }]);
    await endLeftovers(home);
    expect(identityOf(pid)).toBeNull();
  });

  it('leaves a process alone that merely has the id of a leftover', async () => {
    await recordProcesses(home, [{ role: 'nats', pid: process.ppid, identity: 'another start', signal: 'SIGTERM' }]);
    await endLeftovers(home);
    expect(identityOf(process.ppid)).not.toBeNull();
  });

  it('rotates a log of more than 10 MB, and reads the end of one', async () => {
    const file = join(home, 'logs', 'x.log');
    await prepareLog(file);
    writeFileSync(file, `${'x'.repeat(10 * 1024 * 1024)}\nlast\n`);
    expect(tail(file, 0, 1)).toBe('last');
    expect(readFrom(file, 10 * 1024 * 1024 + 1)).toBe('last\n');
    await prepareLog(file);
    expect(tail(file)).toBe('');
    expect(tail(`${file}.1`, 0, 1)).toBe('last');
  });

  describe('and its ports', () => {
    const occupy = (port: number): Promise<Server> =>
      new Promise((resolve) => {
        const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
      });
    const env = (PORT: string): ReturnType<typeof parseEnvironment> => parseEnvironment({ PORT });

    it('are below the ephemeral range and all different', async () => {
      const ports = Object.values(await choosePorts(home, env('0')));
      expect(new Set(ports).size).toBe(ports.length);
      for (const port of ports) {
        expect(port).toBeGreaterThanOrEqual(20_000);
        expect(port).toBeLessThan(32_000);
      }
    });

    it('stay the same where they are still free', async () => {
      const first = await choosePorts(home, env('0'));
      const taken = await occupy(first.nats);
      const second = await choosePorts(home, env('0'));
      taken.close();
      expect(second).toEqual({ ...first, nats: second.nats });
      expect(second.nats).not.toBe(first.nats);
    });

    it('must be free where the user named one', async () => {
      const port = await freePort();
      expect(await choosePorts(home, env(String(port)))).toMatchObject({ api: port });
      const taken = await occupy(port);
      expect(await isFree(port)).toBe(false);
      await expect(choosePorts(home, env(String(port)))).rejects.toMatchObject({ code: 'port_taken' });
      taken.close();
    });
  });
});
