import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pc from 'picocolors';
import { WebSocket } from 'ws';
import { eventName, type EventRecord } from '../actors/core/event';
import { distDir } from '../infra/paths';
import { DemoApi } from './demo-api';
import { ownOrRunningStack, type DemoStack } from './demo-stack';

const limitMs = 90_000;
const serviceScript = join(distDir, 'service.js');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A real service is watched, killed with -9, and brought back by its agent; ends with 0 only when it answers again. */
async function main(): Promise<void> {
  await using stack = await ownOrRunningStack(say);
  const dir = await mkdtemp(join(tmpdir(), 'ymera-demo-'));
  const pidFile = join(dir, 'service.pid');
  const port = await anyPort();
  const url = `http://127.0.0.1:${port}/`;
  spawn(process.execPath, [serviceScript, 'serve', String(port), pidFile], { detached: true, stdio: 'ignore' }).unref();
  try {
    await untilAnswers(url);
    const pid = readFileSync(pidFile, 'utf8');
    say(`${pc.bold('service')}    ${url} answers, pid ${pid}`);
    const api = await DemoApi.signIn(stack);
    const id = `demo-${Date.now().toString(36)}`;
    const seen = follow(stack, api.token, id);
    await seen.ready;
    await createAgent(api, id, url, [process.execPath, serviceScript, 'restart', String(port), pidFile]);
    say(`${pc.bold('agent')}      ${stack.api}/api/v1/agents/${id} watches it`);
    await seen.event('TargetRecovered');
    process.kill(Number(pid), 'SIGKILL');
    say(pc.red(`${pc.bold('kill -9')}    ${pid}`));
    await seen.event('RemediationCompleted');
    const answer = await untilAnswers(url);
    say(`${pc.bold('service')}    answers again: ${answer.trim()}`);
    await api.delete(`agents/${id}`);
    seen.close();
  } finally {
    try {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    } catch {
      // It was gone already.
    }
    await rm(dir, { recursive: true, force: true });
  }
}

function createAgent(api: DemoApi, id: string, url: string, argv: string[]): Promise<unknown> {
  const remediation = { command: 'restart', attempts: 3, backoff: 1, cooldown: 30, settle: 10 };
  const target = {
    name: 'service',
    probe: { type: 'http', url },
    interval: 0.5,
    timeout: 1,
    failing_after: 2,
    remediation,
  };
  const config = { commands: { restart: { argv } }, targets: [target] };
  return api.post('agents', { kind: 'devops', id, name: 'Demo', config });
}

/** Prints the agent's events as they come over the WebSocket, and lets others wait for one. */
function follow(stack: DemoStack, token: string, id: string) {
  const socket = new WebSocket(stack.ws, { headers: { authorization: `Bearer ${token}` } });
  const waiting = new Map<string, () => void>();
  const happened = new Set<string>();
  const ready = new Promise<void>((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', agents: [id], types: [] })));
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as { op: string; event?: EventRecord };
      if (frame.op === 'subscribed') resolve();
      if (!frame.event) return;
      print(frame.event);
      happened.add(eventName(frame.event));
      waiting.get(eventName(frame.event))?.();
    });
  });
  const event = (name: string): Promise<void> =>
    happened.has(name) ? Promise.resolve() : new Promise((resolve) => waiting.set(name, resolve));
  return { ready, event, close: () => socket.close() };
}

function print({ sequence, time, messagetype, principal, data, hash, ...record }: EventRecord): void {
  const paint = { EVENT: pc.cyan, NOTIFICATION: pc.yellow, RESPONSE: pc.green }[messagetype];
  const facts = data as Record<string, unknown>;
  const about = ['error', 'attempt', 'outcome', 'durationMs', 'downtimeMs']
    .filter((key) => facts[key] !== undefined && facts[key] !== null)
    .map((key) => `${key} ${JSON.stringify(facts[key])}`);
  const name = eventName(record).padEnd(21);
  say(
    `${time.slice(11, 23)}  #${sequence}  ${paint(name)} ${about.join(', ')}  ${pc.dim(`${principal} ${hash.slice(0, 12)}`)}`,
  );
}

async function untilAnswers(url: string): Promise<string> {
  for (;;) {
    const text = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.text(),
      () => null,
    );
    if (text !== null) return text;
    await delay(100);
  }
}

/** A port that is free now; the service takes it at once. */
function anyPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const timeUp = delay(limitMs, undefined, { ref: false }).then(() => {
  throw new Error(`the service did not come back within ${limitMs / 1000} s`);
});
Promise.race([main(), timeUp]).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
