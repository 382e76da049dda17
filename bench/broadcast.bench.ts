import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { distDir } from '../infra/paths';
import type { ToServer } from './broadcast-server.bench';
import { median, quantile, report } from './measure';
import { runBench } from './run-bench';

/**
 * One event to many clients in processes of their own: Ymera's hub, with the rights and the queue of each client, beside the loop
 * of the `ws` handbook, by turns. Then what clients that do not read cost the others.
 */
const rounds = Number(process.env['ROUNDS'] || 5);
const events = 20;
const eventBytes = 600;
const clientProcesses = 2;
/** What fills the buffers of a client that does not read, and more. */
const filling = { events: 300, bytes: 16_384 };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Kind = 'ymera' | 'bare';

/** A server and its clients. */
class Gathering implements AsyncDisposable {
  private position = 0;
  private constructor(
    private readonly server: ChildProcess,
    private readonly clients: ChildProcess[],
  ) {}

  static async of(kind: Kind, count: number, stalled = 0): Promise<Gathering> {
    const server = started('server', kind);
    const [{ port, token }] = (await once(server, 'message')) as [{ port: number; token: string }];
    const share = (of: number): string => String(of / clientProcesses);
    const clients = Array.from({ length: clientProcesses }, () =>
      started('clients', String(port), share(count), share(stalled), token),
    );
    await Promise.all(clients.map((client) => once(client, 'message')));
    return new Gathering(server, clients);
  }

  /** Sends one event. @returns after how many ms each client that reads had it */
  async send(bytes = eventBytes): Promise<number[]> {
    const heard = this.clients.map(async (client) => (await once(client, 'message')) as [{ times: number[] }]);
    this.position += 1;
    const { at } = await this.ask<{ at: number }>({ send: bytes, position: this.position });
    const times = (await Promise.all(heard)).flatMap(([{ times }]) => times);
    return times.map((time) => (time - at) / 1000);
  }

  /** How many clients have not taken what they were sent. */
  async backlog(): Promise<number> {
    return (await this.ask<{ backlog: number }>('backlog')).backlog;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.server, ...this.clients];
    const ended = all.map((child) => once(child, 'exit'));
    for (const child of all) child.disconnect();
    await Promise.all(ended);
  }

  private async ask<T>(message: ToServer): Promise<T> {
    const answer = once(this.server, 'message');
    this.server.send(message);
    return ((await answer) as [T])[0];
  }
}

/** A process of the bench's own: where it fails, all of it does. */
function started(what: string, ...args: string[]): ChildProcess {
  const child = fork(join(distDir, `bench/broadcast-${what}.js`), args);
  return child.once('exit', (code) => {
    if (code !== 0) throw new Error(`the ${what} of the bench ended with ${code}`);
  });
}

/** The median of the times to the last client. */
async function timeToLast(kind: Kind, count: number): Promise<number> {
  await using gathering = await Gathering.of(kind, count);
  for (let i = 0; i < 10; i += 1) await gathering.send();
  const last: number[] = [];
  for (let i = 0; i < events; i += 1) {
    await delay(50);
    last.push(Math.max(...(await gathering.send())));
  }
  return median(last);
}

/** The p99 of the times of all that read, and how many did not. */
async function withStalled(count: number, stalled: number): Promise<{ p99: number; backlog: number }> {
  await using gathering = await Gathering.of('ymera', count, stalled);
  for (let i = 0; i < filling.events; i += 1) await gathering.send(filling.bytes);
  const times: number[] = [];
  for (let i = 0; i < 3 * events; i += 1) {
    await delay(20);
    times.push(...(await gathering.send()));
  }
  return { p99: quantile(times, 0.99), backlog: await gathering.backlog() };
}

async function main(): Promise<void> {
  say(
    `| one event to all of so many clients, time to the last (${rounds} rounds by turns) | Ymera | bare loop | ratio | aim |`,
  );
  say('|---|---|---|---|---|');
  for (const [count, aim] of [
    [100, '≤ 1.2×'],
    [1_000, '≤ 1.2×, < 50 ms'],
    [10_000, '≤ 1.2×'],
  ] as const) {
    const found = { ymera: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of round % 2 === 0 ? (['bare', 'ymera'] as const) : (['ymera', 'bare'] as const)) {
        found[kind].push(await timeToLast(kind, count));
      }
    }
    say(report(`${count} clients`, 'ms', found.ymera, found.bare, aim));
  }
  const some: number[] = [];
  const none: number[] = [];
  const stuck: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const stalledFirst = round % 2 === 0;
    for (const stalled of stalledFirst ? [10, 0] : [0, 10]) {
      const { p99, backlog } = await withStalled(1_000, stalled);
      (stalled > 0 ? some : none).push(p99);
      if (stalled > 0) stuck.push(backlog);
    }
  }
  say(report('1,000 clients, 10 of them not reading, p99 of the others; none of them', 'ms', some, none, '< 1.1×'));
  say(`not read by: ${stuck.join(', ')} clients`);
}

runBench(main);
