import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { distDir } from '../infra/paths';
import { ApiClient } from '../tests/_util/api-client';
import { startSecondApi } from '../tests/_util/second-api';
import { startTestStack } from '../tests/_util/stack';
import { median, perSecond, report, sample } from './measure';
import { RawClient } from './raw-client';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 5);
const seconds = Number(process.env['SECONDS'] || 3);
const callers = 32;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One way to be asked. */
interface Side {
  origin: string;
  path: string;
  headers?: Record<string, string>;
}

async function measured({ origin, path, headers }: Side, count: number) {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.connect(origin, path, headers)));
  const found = await sample(count, seconds, (i) => clients[i]?.send() ?? Promise.resolve());
  for (const client of clients) client.close();
  return found;
}

/** Both sides by turns, so that what else the machine does falls on both. */
async function compared(
  ours: Side,
  theirs: Side,
  count: number,
  of: (found: Awaited<ReturnType<typeof sample>>) => number,
) {
  const found = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    found.theirs.push(of(await measured(theirs, count)));
    found.ours.push(of(await measured(ours, count)));
  }
  return found;
}

async function throughput(what: string, ours: Side, theirs: Side, aim: string): Promise<void> {
  const found = await compared(ours, theirs, callers, perSecond);
  say(report(what, 'requests/s', found.ours, found.theirs, aim));
}

async function added(what: string, ours: Side, theirs: Side, aim: string): Promise<void> {
  const found = await compared(ours, theirs, 1, ({ latencies }) => median(latencies));
  const more = median(found.ours.map((value, i) => value - (found.theirs[i] ?? NaN)));
  const list = (values: number[]): string => values.map((value) => value.toFixed(3)).join(', ');
  say(`| ${what} | ${list(found.ours)} ms | ${list(found.theirs)} ms | ${more.toFixed(3)} ms more | ${aim} |`);
}

async function startBareKoa(): Promise<{ origin: string; child: ChildProcess }> {
  const child = fork(join(distDir, 'bench/bare-koa.js'));
  const [port] = (await once(child, 'message')) as [number];
  return { origin: `http://127.0.0.1:${port}`, child };
}

async function main(): Promise<void> {
  const stack = await startTestStack();
  const unlimited = { RATE_LIMIT_PRINCIPAL_PER_MINUTE: '0', RATE_LIMIT_PER_MINUTE: '0' };
  const limited = { RATE_LIMIT_PRINCIPAL_PER_MINUTE: '10000000', RATE_LIMIT_PER_MINUTE: '10000000' };
  const apis = await Promise.all([unlimited, limited].map((env) => startSecondApi(stack, env)));
  const bare = await startBareKoa();
  try {
    const { token } = await ApiClient.login(stack.file);
    const headers = { authorization: `Bearer ${token}` };
    const [free, counted] = apis.map(({ origin }) => origin) as [string, string];
    const koa = { origin: bare.origin, path: '/' };
    const health = { origin: counted, path: '/healthz' };
    const me = (origin: string): Side => ({ origin, path: '/api/v1/auth/me', headers });
    say(`| what (${rounds} rounds of ${seconds} s, by turns) | Ymera | compared with | difference | aim |`);
    say('|---|---|---|---|---|');
    await throughput(`GET /healthz, ${callers} callers; bare Koa`, health, koa, '≥ 0.6×');
    await throughput(`GET auth/me with limit and token, ${callers} callers; bare Koa`, me(counted), koa, '');
    await throughput(`GET auth/me with limit, ${callers} callers; the same without limit`, me(counted), me(free), '');
    await added('headers and metrics: GET /healthz, one caller, p50; bare Koa', health, koa, '');
    await added(
      'log, routing and token: GET auth/me without limit, one caller, p50; GET /healthz',
      me(free),
      health,
      '',
    );
    await added('limit: GET auth/me, one caller, p50; the same without limit', me(counted), me(free), '< 1 ms');
  } finally {
    bare.child.disconnect();
    await Promise.all(apis.map((api) => api.stop()));
    await stack.stop();
  }
}

runBench(main);
