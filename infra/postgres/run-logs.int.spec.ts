import type { Pool } from 'pg';
import { silent, until } from '../../projections/_util/fixtures';
import { migrate } from '../../projections/migrate';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { followRunLogs } from './follow-run-logs';
import { Listener } from './listener';
import { createPool } from './pool';
import { RunLogs, runLogsChannel, type LogLine, type RunLogLine } from './run-logs';

jest.setTimeout(120_000);

const line = (text: string): LogLine => ({
  path: 'go',
  attempt: 1,
  stream: 'stdout',
  time: '2026-01-01T00:00:00.000Z',
  text,
});
const oneTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const positions = (lines: readonly RunLogLine[]): number[] => lines.map(({ position }) => position);
const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the logs of runs', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;
  let logs: RunLogs;
  let listener: Listener;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent, 20);
    logs = new RunLogs(pool, silent);
    listener = new Listener(servers.postgres.url, runLogsChannel, silent);
  });
  afterAll(async () => {
    await listener.close();
    await pool.end();
    await servers.stop();
  });

  /** Follows until a line with this text has come. */
  async function followTo(runId: string, lastText: string, after = 0): Promise<RunLogLine[]> {
    const found: RunLogLine[] = [];
    for await (const lines of followRunLogs(logs, listener, runId, after, AbortSignal.timeout(60_000))) {
      found.push(...lines);
      if (lines.at(-1)?.text === lastText) break;
    }
    return found;
  }

  it('hold lines in the order they came, each in its place', async () => {
    await logs.append('plain', [line('one'), { ...line('nul\0'), stream: 'stderr' }]);
    await logs.append('plain', []);
    await logs.append('plain', [line('three')]);
    expect(await logs.read('plain', 0, 10)).toEqual([
      { ...line('one'), position: 1, cut: false },
      { ...line('nul\uFFFD'), stream: 'stderr', position: 2, cut: false },
      { ...line('three'), position: 3, cut: false },
    ]);
    expect(positions(await logs.read('plain', 1, 1))).toEqual([2]);
    expect(await logs.read('plain', 3, 10)).toEqual([]);
    expect(await logs.read('none', 0, 10)).toEqual([]);
  });

  it('tell those who listen which run has printed something', async () => {
    const told: string[] = [];
    let listening = false;
    const stop = listener.on(
      (runId) => told.push(runId),
      () => (listening = true),
    );
    await until(() => listening);
    await logs.append('told', [line('one'), line('two')]);
    await until(() => told.length === 1);
    stop();
    expect(told).toEqual(['told']);
  });

  it('take a batch once, so that a lost answer doubles nothing', async () => {
    const batch = '00000000-0000-4000-8000-000000000001';
    expect(await logs.append('again', [line('a'), line('b')], batch)).toBe(true);
    expect(await logs.append('again', [line('a'), line('b')], batch)).toBe(true);
    await logs.append('again', [line('c')]);
    expect((await logs.read('again', 0, 10)).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('have no gap and no double where many write at once, and none of them is mixed up', async () => {
    const writer = async (n: number): Promise<void> => {
      for (let i = 0; i < 20; i += 1) await logs.append('many', [line(`${n}:${i}:a`), line(`${n}:${i}:b`)]);
    };
    await Promise.all(oneTo(8).map(writer));
    const lines = await logs.read('many', 0, 1_000);
    expect(positions(lines)).toEqual(oneTo(320));
    for (const n of oneTo(8)) {
      const own = lines.filter(({ text }) => text.startsWith(`${n}:`)).map(({ text }) => text.split(':')[1]);
      expect(own).toEqual(oneTo(20).flatMap((i) => [`${i - 1}`, `${i - 1}`]));
    }
  });

  it.each([
    ['lines', 'x', 20_000],
    ['bytes', 'x'.repeat(8_000), Math.floor((10 * 1024 * 1024) / 8_000)],
  ])('are bounded in %s, and say so once', async (run, text, most) => {
    const thousand = Array.from({ length: 1_000 }, () => line(text));
    let takesMore = true;
    for (let i = 0; takesMore; i += 1000) {
      expect(i).toBeLessThanOrEqual(most);
      takesMore = await logs.append(run, thousand);
    }
    expect(await logs.append(run, thousand)).toBe(false);
    const last = await logs.read(run, most - 1, 10);
    expect(last.map(({ position, cut }) => [position, cut])).toEqual([
      [most, false],
      [most + 1, true],
    ]);
    expect(last[1]).toMatchObject({ stream: 'info', text: expect.stringContaining('the rest was not kept') as string });
  });

  it('reach every follower whole and in order, whenever it joins and whatever breaks', async () => {
    const run = 'live';
    const followers: Promise<RunLogLine[]>[] = [];
    const writer = async (n: number): Promise<void> => {
      const log = logs.open(run, `step_${n}`, 1);
      for (let i = 0; i < 300; i += 1) {
        await log.write('stdout', `${n}:${i}\n`);
        // Joins in the middle of things: between any two lines of any writer.
        if ((i * 7 + n * 13) % 83 === 0) followers.push(followTo(run, 'end'));
        if (n === 1 && i % 100 === 50) await killListeners();
        if (i % 10 === 0) await logs.append(run, [line(`${n}:${i}:direct`)]);
        await yieldNow();
      }
      await log.close();
    };
    followers.push(followTo(run, 'end'));
    await Promise.all([1, 2, 3].map(writer));
    await logs.append(run, [line('end')]);
    const total = 3 * 330 + 1;
    followers.push(followTo(run, 'end'));
    const seen = await Promise.all(followers);
    expect(seen.length).toBeGreaterThan(10);
    for (const lines of seen) expect(positions(lines)).toEqual(oneTo(total));
    expect(positions(await followTo(run, 'end', 900))).toEqual(oneTo(total).slice(900));
    for (const n of [1, 2, 3]) {
      const own = (seen[0] ?? []).filter(({ path }) => path === `step_${n}`).map(({ text }) => text);
      expect(own).toEqual(oneTo(300).map((i) => `${n}:${i - 1}`));
    }
  });

  it('end for a follower that is no longer there, at once', async () => {
    const gone = new AbortController();
    const batches: RunLogLine[][] = [];
    const following = (async () => {
      for await (const lines of followRunLogs(logs, listener, 'quiet', 0, gone.signal)) batches.push(lines);
    })();
    await logs.append('quiet', [line('one')]);
    await until(() => batches.length === 1);
    gone.abort();
    await following;
    await logs.append('quiet', [line('two')]);
    expect(batches).toHaveLength(1);
  });

  it('lose nothing while Postgres is away', async () => {
    const log = logs.open('outage', 'go', 2);
    const following = followTo('outage', 'last');
    await log.write('stdout', 'before\n');
    await until(async () => (await logs.read('outage', 0, 10)).length === 1);
    await servers.postgres.kill();
    await log.write('stdout', 'during\n');
    await servers.startAgain('postgres');
    await log.write('stdout', 'last');
    await log.close();
    expect((await following).map(({ text }) => text)).toEqual(['before', 'during', 'last']);
  });

  /** Ends the connections that listen, as an outage of the network would. */
  async function killListeners(): Promise<void> {
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`);
  }
});

describe('Listener', () => {
  it('hears what is told, again after its connection broke, and then says that it may have missed something', async () => {
    const servers = await startTestServers({ postgres: true });
    const pool = createPool(servers.postgres.url, silent);
    const listener = new Listener(servers.postgres.url, 'odd "channel"', silent);
    const heard: string[] = [];
    let gaps = 0;
    const stop = listener.on(
      (payload) => heard.push(payload),
      () => (gaps += 1),
    );
    const tell = (text: string): Promise<unknown> => pool.query('SELECT pg_notify($1, $2)', ['odd "channel"', text]);
    await until(() => gaps === 1);
    await tell('one');
    await until(() => heard.length === 1);
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`);
    await until(() => gaps === 2);
    await tell('two');
    await until(() => heard.length === 2);
    await servers.postgres.kill();
    await servers.startAgain('postgres');
    await until(() => gaps === 3);
    let other = '';
    listener.on(
      (payload) => (other = payload),
      () => undefined,
    );
    stop();
    await tell('three');
    await until(() => other === 'three');
    expect(heard).toEqual(['one', 'two']);
    await listener.close();
    await pool.end();
    await servers.stop();
  });
});
