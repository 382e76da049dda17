import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { WebSocket, type ClientOptions } from 'ws';
import type { EventRecord } from '../../actors/core/event';
import type { EventStream } from '../dependencies';
import { Clients } from '../client';
import { AgentEvents } from '../agent-events';
import { AgentMoments } from '../agent-moments';
import { createApiMetrics } from '../metrics';
import { emptyLedger, historyOf, noLimits, noSnapshots, someRecord, startTestApi, type TestApi } from '../stand-ins';
import { Connection } from './connection';
import { Hub } from './hub';
import { StreamPast } from './past';
import { serveWebSockets } from './upgrade';

/** A stream in memory that can be cut off. */
class MemoryStream implements EventStream {
  readonly records: EventRecord[] = [];
  first = 1;
  private onFrame: (position: number, record: EventRecord) => void = () => undefined;
  private onState: (connected: boolean) => void = () => undefined;

  async subscribeLive(onFrame: typeof this.onFrame, onState: typeof this.onState) {
    this.onFrame = onFrame;
    this.onState = onState;
    onState(true);
    return { close: async () => undefined };
  }

  publish(record: EventRecord): void {
    this.onFrame(this.records.push(record), record);
  }

  connected(is: boolean): void {
    this.onState(is);
  }

  async *read(from: number) {
    for (let position = Math.max(from, this.first); position <= this.records.length; position += 1) {
      yield { position, record: this.records[position - 1] as EventRecord };
    }
  }

  bounds() {
    return Promise.resolve({ first: this.first, last: this.records.length });
  }
}

describe('a socket', () => {
  let api: TestApi;
  let hub: Hub;
  let stream: MemoryStream;
  let session: string;
  let shed = 0;
  const used = new Set<string>();
  const open: WebSocket[] = [];

  beforeEach(async () => {
    api = await startTestApi();
    session = api.identity.join('bob', ['viewer']);
    stream = new MemoryStream();
    const logger = pino({ level: 'silent' });
    const metrics = createApiMetrics(new Registry());
    hub = new Hub(stream, logger, metrics);
    const eventsAfter = async (position: number) =>
      stream.records.map((record, i) => ({ position: i + 1, record })).filter((each) => each.position > position);
    const past = new StreamPast(stream, { ...emptyLedger, eventsAfter });
    const logs = {
      follow: async function* (run: string, after: number) {
        yield [
          {
            position: after + 1,
            path: run,
            attempt: 1,
            stream: 'stdout' as const,
            time: '',
            text: 'hello',
            cut: false,
          },
        ];
      },
    };
    serveWebSockets(api.server, {
      access: api.access,
      perPrincipal: 5,
      tickets: { claim: async (id) => !used.has(id) && used.add(id) !== undefined },
      clients: new Clients(''),
      limits: noLimits,
      origins: new Set(['https://console.example']),
      metrics,
      logger,
      onSocket: (socket, stream, visitor) => {
        const events = new AgentEvents(emptyLedger, historyOf(api.agents));
        const history = { events, moments: new AgentMoments(events, emptyLedger, noSnapshots, logger) };
        const runs = { agents: api.agents, ledger: emptyLedger };
        const ports = { access: api.access, audit: api.identity, history, runs };
        new Connection(socket, stream, visitor, { ...ports, hub, past, logs, logger, onSlow: () => (shed += 1) });
      },
    });
    await hub.start();
  });

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate();
    await hub.stop();
    await api[Symbol.asyncDispose]();
  });

  const ticketOf = async (subject: string, id: string): Promise<string> =>
    (await api.tokens.ticket(subject, { type: 'session', id, issuedAt: 0, expiresAt: 0 })).ticket;

  type Frame = { op: string; position?: number | null; event?: EventRecord; code?: string; errors?: unknown };

  async function connect(options: ClientOptions = {}, query = '', who: [string, string] = ['bob', session]) {
    const token = await api.tokens.issue(...who);
    const headers: Record<string, string> = query ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${api.origin.replace('http', 'ws')}/ws${query}`, { headers, ...options });
    open.push(socket);
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
    const refused = once(socket, 'unexpected-response').then(
      ([, response]) => (response as { statusCode: number }).statusCode,
    );
    const status = await Promise.race([once(socket, 'open').then(() => 101), refused]);
    const until = async (count: number): Promise<Frame[]> => {
      while (frames.length < count) await delay(5);
      return frames;
    };
    return { socket, frames, status, until, say: (message: unknown) => socket.send(JSON.stringify(message)) };
  }

  it('is for those with a token or a ticket not used before, from a page that may', async () => {
    const ticket = await ticketOf('bob', session);
    expect((await connect({}, `?ticket=${ticket}`)).status).toBe(101);
    expect((await connect({}, `?ticket=${ticket}`)).status).toBe(401);
    expect((await connect({ headers: {} })).status).toBe(401);
    expect((await connect({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await connect({ origin: 'https://console.example' })).status).toBe(101);
    expect((await connect({ origin: api.origin })).status).toBe(101);
  });

  it('is one of five that a principal may have open', async () => {
    const five = await Promise.all(Array.from({ length: 5 }, () => connect()));
    expect(five.map(({ status }) => status)).toEqual(Array(5).fill(101));
    expect((await connect()).status).toBe(429);
    const other = api.identity.join('cleo', ['viewer']);
    expect((await connect({}, '', ['cleo', other])).status).toBe(101);
    const closed = once(five[0]?.socket as WebSocket, 'close');
    five[0]?.socket.close();
    await closed;
    await delay(50);
    expect((await connect()).status).toBe(101);
  });

  const namesOf = (frames: Frame[]): unknown[] => frames.flatMap(({ event }) => (event ? [event.id] : []));
  const policyRecord = (sequence: number): EventRecord => ({
    ...someRecord('policy', sequence),
    type: 'ymera.policy.ConfigChanged',
  });

  it('hears what its permissions let it, live and of the past, and less as soon as they are less', async () => {
    const auditor = api.identity.join('otto', ['auditor']);
    stream.publish(policyRecord(1));
    stream.publish(someRecord('a', 1));
    const [viewing, auditing] = [await connect(), await connect({}, '', ['otto', auditor])];
    for (const { say, until } of [viewing, auditing]) {
      say({ op: 'subscribe', agents: ['*'], since: 0 });
      await until(2);
    }
    stream.publish(policyRecord(2));
    stream.publish(someRecord('a', 2));
    await auditing.until(5);
    await viewing.until(3);
    expect(namesOf(auditing.frames)).toEqual(['policy:1', 'a:1', 'policy:2', 'a:2']);
    expect(namesOf(viewing.frames)).toEqual(['a:1', 'a:2']);
    await api.identity.userStore.update('otto', { roles: ['viewer'] });
    await delay(4_000);
    stream.publish(policyRecord(3));
    stream.publish(someRecord('a', 3));
    await auditing.until(6);
    expect(namesOf(auditing.frames).slice(4)).toEqual(['a:3']);
    await api.identity.userStore.update('otto', { roles: [] });
    await delay(4_000);
    stream.publish(someRecord('a', 4));
    auditing.say({ op: 'subscribe', agents: ['*'] });
    expect((await auditing.until(7))[6]).toMatchObject({ op: 'error', code: 'forbidden' });
    expect(api.identity.acts).toMatchObject([{ type: 'AccessDenied', principal: 'otto', method: 'GET /ws' }]);
  }, 20_000);

  it('with a key hears the agents that the key is for', async () => {
    const { key } = (await (
      await api.call('POST', 'api-keys', { name: 'k', scopes: ['events:read'], agents: ['a*'] })
    ).json()) as { key: string };
    const { say, until, frames } = await connect({ headers: { 'x-api-key': key } });
    say({ op: 'subscribe', agents: ['*'] });
    await until(1);
    for (const id of ['b', 'a1', 'a2']) stream.publish(someRecord(id, 1));
    await until(3);
    expect(namesOf(frames)).toEqual(['a1:1', 'a2:1']);
    say({ op: 'logs', run: 'a1' });
    expect((await until(4))[3]).toMatchObject({ op: 'error', code: 'forbidden' });
  });

  it('is closed within seconds when its session ends, and hears nothing from then on', async () => {
    const { socket, say, until, frames } = await connect();
    say({ op: 'subscribe', agents: ['*'] });
    await until(1);
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    await api.identity.end(session);
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([4401, 'session_ended']);
    stream.publish(someRecord('a', 1));
    await delay(50);
    expect(frames).toHaveLength(1);
    expect((await connect()).status).toBe(401);
  });

  it('follows the logs of runs, at most 20', async () => {
    const { say, until } = await connect();
    say({ op: 'logs', run: 'r', after: 4 });
    expect(await until(2)).toMatchObject([
      { op: 'logging', run: 'r', after: 4 },
      { op: 'log', run: 'r', lines: [{ position: 5, text: 'hello' }] },
    ]);
    say({ op: 'unlogs', run: 'r' });
    expect((await until(3))[2]).toEqual({ op: 'unlogged', run: 'r' });
    for (let i = 0; i < 21; i += 1) say({ op: 'logs', run: `r${i}` });
    const frames = await until(3 + 41);
    expect(frames.filter(({ op }) => op === 'logging')).toHaveLength(21);
    expect(frames.filter(({ op }) => op === 'error')).toMatchObject([{ code: 'invalid_message' }]);
  });

  it('gets what it subscribed to, with positions', async () => {
    const { say, until } = await connect();
    say({ op: 'subscribe', agents: ['a'], types: ['FlagSet'] });
    await until(1);
    stream.publish(someRecord('b', 1));
    stream.publish(someRecord('a', 1, 'AgentCreated'));
    stream.publish(someRecord('a', 2));
    expect(await until(2)).toMatchObject([
      { op: 'subscribed', position: 0 },
      { op: 'event', position: 3, event: { id: 'a:2' } },
    ]);
    say({ op: 'unsubscribe' });
    await until(3);
    stream.publish(someRecord('a', 3));
    say({ op: 'ping' });
    expect((await until(4)).slice(2)).toEqual([{ op: 'unsubscribed' }, { op: 'pong' }]);
  });

  it('resumes after a position, out of the ledger where the stream has lost it', async () => {
    for (let sequence = 1; sequence <= 10; sequence += 1) stream.publish(someRecord('a', sequence));
    stream.first = 6;
    const { say, until, frames } = await connect();
    say({ op: 'subscribe', agents: ['*'], since: 2 });
    await until(9);
    stream.publish(someRecord('a', 11));
    await until(10);
    expect(frames.slice(1).map(({ position }) => position)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
    say({ op: 'subscribe', agents: ['*'], since: 12 });
    expect((await until(11)).at(-1)).toMatchObject({ op: 'error', code: 'out_of_range' });
  });

  it('answers what it does not understand, and stays', async () => {
    const { say, socket, until } = await connect();
    socket.send('{');
    say({ op: 'dance' });
    say({ op: 'subscribe', agents: [] });
    say({ op: 'subscribe', agents: ['A b'], since: -1 });
    say({ op: 'ping' });
    const frames = await until(5);
    expect(frames.slice(0, 4).map(({ op, code }) => [op, code])).toEqual(Array(4).fill(['error', 'invalid_message']));
    expect(frames[3]?.errors).toEqual(expect.arrayContaining([expect.objectContaining({ pointer: '/since' })]));
    expect(frames[4]).toEqual({ op: 'pong' });
  });

  it('gets what this process made while NATS is down, and does not get it again', async () => {
    const { say, until, frames } = await connect();
    say({ op: 'subscribe', agents: ['*'] });
    await until(1);
    stream.publish(someRecord('a', 1));
    hub.learn([someRecord('a', 1), someRecord('a', 2)]);
    stream.connected(false);
    stream.connected(false);
    hub.learn([someRecord('a', 3)]);
    expect((await until(4)).slice(1).map(({ event, position }) => [event?.id, position])).toEqual([
      ['a:1', 1],
      ['a:2', undefined],
      ['a:3', undefined],
    ]);
    stream.connected(true);
    for (const sequence of [2, 3, 4]) stream.publish(someRecord('a', sequence));
    await until(5);
    await delay(20);
    expect(frames.slice(4).map(({ event, position }) => [event?.id, position])).toEqual([['a:4', 4]]);
  });

  it('that is slow costs the others nothing', async () => {
    const fast = await connect();
    const slow = await connect();
    for (const { say, until } of [fast, slow]) {
      say({ op: 'subscribe', agents: ['*'] });
      await until(1);
    }
    const closed = once(slow.socket, 'close');
    slow.socket.pause();
    const big = 'x'.repeat(1024 * 1024);
    for (let sequence = 1; sequence <= 40; sequence += 1) {
      stream.publish({ ...someRecord('a', sequence), data: big });
      await fast.until(sequence + 1);
    }
    expect(shed).toBe(1);
    slow.socket.resume();
    expect(((await closed) as [number])[0]).toBe(1013);
    fast.say({ op: 'ping' });
    expect((await fast.until(42)).at(-1)).toEqual({ op: 'pong' });
  });
});
