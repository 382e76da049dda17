import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../tests/_util/certificate';
import { testServer, type TestServer } from './_util/http-server';
import { measureAll, measureOnce } from './metrics/measure';
import { probeOnce, type Probe } from './probe';

const signal = new AbortController().signal;
const ask = (probe: object, means = {}) => probeOnce(probe as Probe, 5, signal, means);

describe('a probe', () => {
  let dir: string;
  let server: TestServer;
  let answer: (url: string) => [status: number, body: object];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-probe-'));
    server = await testServer(({ url }, response) => {
      const [status, body] = answer(url);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  afterAll(async () => {
    await server.end();
    rmSync(dir, { recursive: true, force: true });
  });

  it('holds each series of a query to a threshold, and names the worst', async () => {
    const series = (host: string, value: string) => ({ metric: { host }, value: [1, value] });
    const vector = (...result: object[]): void => {
      answer = () => [200, { status: 'success', data: { resultType: 'vector', result } }];
    };
    const probe = {
      type: 'prometheus',
      url: `${server.url}/`,
      query: 'up == 0',
      fails: 'above',
      threshold: 10,
      absent: 'fails',
    };
    vector(series('a', '11'), series('b', '+Inf'), series('c', '1'), series('d', 'NaN'));
    expect(await ask(probe)).toEqual({ ok: false, error: '2 series, {host="b"} is Infinity, above 10' });
    expect(server.seen.at(-1)?.url).toBe('/api/v1/query?query=up+%3D%3D+0');
    expect(await ask({ ...probe, fails: 'below', threshold: 5 })).toEqual({
      ok: false,
      error: '{host="c"} is 1, below 5',
    });
    expect(await ask({ ...probe, threshold: Infinity })).toEqual({ ok: true });
    vector();
    expect(await ask(probe)).toEqual({ ok: false, error: 'the query yields nothing' });
    expect(await ask({ ...probe, absent: 'healthy' })).toEqual({ ok: true });
    answer = () => [400, { status: 'error', error: 'parse error' }];
    expect(await ask(probe)).toEqual({ ok: false, error: 'Prometheus answered 400: parse error' });
  });

  it('looks at how full a disk is', async () => {
    expect(await ask({ type: 'disk', path: dir, max_percent: 100 })).toEqual({ ok: true });
    expect(await ask({ type: 'disk', path: dir, max_percent: 0 })).toMatchObject({
      error: expect.stringMatching(/ % is used, more than 0 %$/) as string,
    });
    expect(await ask({ type: 'disk', path: '/no/such', max_percent: 50 })).toMatchObject({ ok: false });
  });

  it('looks at how long a certificate is valid yet, and whether it is trusted', async () => {
    const { cert, key } = await makeCertificate(dir);
    const ca = readFileSync(cert, 'utf8');
    const secure = createServer({ key: readFileSync(key), cert: ca });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port } = secure.address() as AddressInfo;
    const probe = { type: 'tls', host: '127.0.0.1', port, min_days: 0 };
    expect(await ask({ ...probe, ca })).toEqual({ ok: true });
    expect(await ask({ ...probe, ca, min_days: 14 })).toMatchObject({
      error: expect.stringMatching(/^it is valid for \d days yet, fewer than 14$/) as string,
    });
    expect(await ask(probe)).toMatchObject({ error: expect.stringMatching(/^it is not trusted/) as string });
    secure.close();
    expect(await ask(probe)).toMatchObject({ ok: false });
  });

  it('looks at a container where there is an engine', async () => {
    const container = { type: 'container', container: 'web' };
    const state = (State: object): void => {
      answer = (url) =>
        url.endsWith('/containers/web/json') ? [200, { State }] : [404, { message: 'no such container' }];
    };
    const means = { containers: server.url };
    expect(await ask(container)).toEqual({ ok: false, error: 'this worker has no container engine' });
    state({ Running: true, Status: 'running', Health: { Status: 'starting' } });
    expect(await ask(container, means)).toEqual({ ok: true });
    state({ Running: true, Status: 'running', Health: { Status: 'unhealthy' } });
    expect(await ask(container, means)).toEqual({ ok: false, error: 'its health check fails' });
    state({ Running: false, Status: 'exited', ExitCode: 3 });
    expect(await ask(container, means)).toEqual({ ok: false, error: 'it is exited, exit code 3' });
    expect(await ask({ ...container, container: 'none' }, means)).toMatchObject({ ok: false });
  });

  it('measures latency and processes, and goes on without what can not be measured', async () => {
    answer = () => [200, {}];
    const pidFile = join(dir, 'pid');
    writeFileSync(pidFile, `${process.pid}\n`);
    const own = { type: 'process', pid_file: pidFile } as const;
    const memory = await measureOnce({ ...own, measured: 'memory' }, signal, {});
    expect(Math.abs(memory / process.memoryUsage().rss - 1)).toBeLessThan(0.5);
    const spinning = setInterval(() => {
      for (const end = Date.now() + 40; Date.now() < end;);
    }, 1);
    const cpu = await measureOnce({ ...own, measured: 'cpu' }, signal, {});
    clearInterval(spinning);
    expect(cpu).toBeGreaterThan(10);
    const metrics = [
      { name: 'latency', better: 'lower' as const, source: { type: 'http' as const, url: server.url } },
      { name: 'gone', better: 'lower' as const, source: { ...own, pid_file: '/no/such', measured: 'cpu' as const } },
    ];
    const [latency, gone] = await measureAll(metrics, signal, {});
    expect([typeof latency, gone]).toEqual(['number', null]);
  });
});
