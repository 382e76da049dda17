import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { eventAgent, type EventRecord } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { ApiClient, until, type Answer, type Frame } from '../_util/api-client';
import { freeze } from '../_util/freeze';
import { startLoad } from '../_util/load';
import { startTestServers, type TestServers } from '../_util/servers';
import { startTestStack, type TestStack } from '../_util/stack';
import { readStream } from '../_util/stream';

const calls = ['command', 'create', 'live', 'snapshot', 'list', 'login', 'subscribe', 'ready'] as const;
type Call = (typeof calls)[number];
type Server = 'nats' | 'redis' | 'postgres' | 'temporal';

/** What a call comes to, and how long it takes at most: when the server has just gone, and once that is known; in ms. */
interface Row {
  comesTo: string;
  first: number;
  later: number;
}

const row = (comesTo: string, first: number, later: number): Row => ({ comesTo, first, later });

/** The table of `docs/outages.md`. */
const table: Record<Server, Record<Call, Row>> = {
  nats: {
    command: row('works', 3_000, 1_000),
    create: row('works', 3_000, 1_000),
    live: row('works', 1_000, 1_000),
    snapshot: row('works', 1_000, 1_000),
    list: row('works', 1_000, 1_000),
    login: row('works', 3_000, 1_000),
    subscribe: row('works', 1_000, 1_000),
    ready: row('degraded', 1_000, 1_000),
  },
  redis: {
    command: row('works', 3_000, 1_000),
    create: row('works', 4_000, 3_000),
    live: row('works', 2_000, 1_000),
    snapshot: row('works, from the ledger', 3_000, 2_000),
    list: row('works', 2_000, 1_000),
    login: row('works', 3_000, 1_000),
    subscribe: row('works', 3_000, 2_000),
    ready: row('degraded', 1_000, 1_000),
  },
  postgres: {
    command: row('works', 2_000, 2_000),
    create: row('works', 2_000, 2_000),
    live: row('works', 2_000, 2_000),
    snapshot: row('works', 2_000, 2_000),
    list: row('refused', 7_000, 7_000),
    login: row('refused', 7_000, 7_000),
    subscribe: row('works', 2_000, 2_000),
    ready: row('degraded', 1_000, 1_000),
  },
  temporal: {
    command: row('refused', 30_000, 1_000),
    create: row('refused', 11_000, 1_000),
    live: row('refused', 9_000, 1_000),
    snapshot: row('works', 1_000, 1_000),
    list: row('works', 1_000, 1_000),
    login: row('works', 1_000, 1_000),
    subscribe: row('works', 1_000, 1_000),
    ready: row('down', 1_000, 1_000),
  },
};
/** The bounds are the system's own; a busy machine adds to them. */
const slackMs = 4_000;

/** The broker belongs to the test, so that it can be away when the stack starts. */
describe('a server that is away', () => {
  const agents = ['o-0', 'o-1', 'o-2', 'o-3'];
  let servers: TestServers<'nats'>;
  let stack: TestStack;
  let api: ApiClient;
  let load: ReturnType<typeof startLoad>;
  let heard: Awaited<ReturnType<ApiClient['follow']>>;
  let thaw = (): void => undefined;
  let count = 0;
  beforeAll(async () => {
    servers = await startTestServers({ nats: true });
    await servers.nats.stop();
    stack = await startTestStack({ env: { NATS_SERVERS: servers.nats.url } });
    api = await ApiClient.login(stack.reload());
  }, 180_000);
  afterEach(() => thaw());
  afterAll(async () => {
    heard?.socket.close();
    await load?.stop();
    await stack?.stop();
    await servers?.stop();
  }, 60_000);

  const comesTo = ({ status, headers, body }: Answer): string => {
    if (status === 200 || status === 201) return 'works';
    if (status === 503 && body.code === 'unavailable' && Number(headers.get('retry-after')) > 0) return 'refused';
    return `${status} ${JSON.stringify(body)}`;
  };
  const ask: Record<Call, () => Promise<string>> = {
    command: async () => comesTo(await api.setFlag('asked', 'x', (count += 1))),
    create: async () => {
      const headers = { 'idempotency-key': `create-${(count += 1)}` };
      return comesTo(await api.call('POST', 'agents', { kind: 'flags', id: `made-${count}`, config: {} }, headers));
    },
    live: async () => comesTo(await api.call('GET', 'agents/asked')),
    snapshot: async () => {
      const answer = await api.call('GET', 'agents/asked?consistency=snapshot');
      return answer.body.consistency === 'ledger' ? `${comesTo(answer)}, from the ledger` : comesTo(answer);
    },
    list: async () => comesTo(await api.call('GET', 'agents')),
    login: async () => {
      const { credentials } = stack.file;
      return comesTo(await ApiClient.anonymous(stack.file).call('POST', 'auth/login', credentials));
    },
    subscribe: async () => {
      const { socket } = await api.follow({ agents: ['*'], types: [] });
      socket.close();
      return 'works';
    },
    ready: async () => String((await api.raw('GET', '/readyz', {})).body.status),
  };

  /** All calls at once. @returns what came of each that is not as the table has it */
  async function differences(server: Server, bound: 'first' | 'later'): Promise<string[]> {
    const found = await Promise.all(
      calls.map(async (call) => {
        const expected = table[server][call];
        const startedAt = Date.now();
        const came = await ask[call]().catch((error: unknown) => `threw ${String(error)}`);
        const ms = Date.now() - startedAt;
        if (came === expected.comesTo && ms <= expected[bound] + slackMs) return [];
        return [`${server} ${bound}: ${call} came to ${came} after ${ms} ms, not ${JSON.stringify(expected)}`];
      }),
    );
    return found.flat();
  }

  const pidOf = (server: Server): number =>
    server === 'nats' ? servers.nats.pid : (stack.reload().pids[server] as number);
  const works = (call: Call) => async (): Promise<boolean> => /^(works|ok)/.test(await ask[call]());
  /** A circuit breaker may need a moment to find out. */
  const allWorks = async (): Promise<void> => {
    for (const call of calls) await until(works(call), call);
  };

  it('at the start, NATS: all works at once, and the events of that time go out when it is there', async () => {
    heard = await api.follow({ agents, types: [] });
    for (const id of [...agents, 'asked']) await api.flagsAgent(id);
    expect(await differences('nats', 'later')).toEqual([]);
    load = startLoad(api, agents, 100);
    await delay(1_000);
    await servers.startAgain('nats');
    await until(works('ready'), 'ready');
    await until(async () => (await readStream(servers.nats.url)).some(({ msgId }) => msgId === 'o-0:2'), 'the past');
  }, 90_000);

  it.each(['nats', 'redis', 'postgres', 'temporal'] as const)(
    '%s, hanging: calls come to what the table says, in their time',
    async (server) => {
      thaw = freeze(pidOf(server));
      const first = await differences(server, 'first');
      const later = await differences(server, 'later');
      const frames = heard.frames.length;
      // Whoever listens hears of what is done meanwhile.
      if (server !== 'temporal') await until(() => heard.frames.length > frames, 'frames');
      await delay(2_000);
      const latest = await differences(server, 'later');
      thaw();
      expect([...first, ...later, ...latest]).toEqual([]);
      await allWorks();
    },
    120_000,
  );

  it.each(['nats', 'redis', 'postgres', 'temporal'] as const)(
    '%s, killed with -9: no call takes longer than its time, and each works again',
    async (server) => {
      if (server === 'nats') await servers.nats.kill();
      else stack.kill(server);
      const startedAt = Date.now();
      await Promise.all(calls.map((call) => ask[call]().catch((error: unknown) => error)));
      expect(Date.now() - startedAt).toBeLessThan(
        Math.max(...calls.map((call) => table[server][call].first)) + slackMs,
      );
      if (server === 'nats') await servers.startAgain('nats');
      else await stack.waitRestarted(server);
      await allWorks();
    },
    120_000,
  );

  it('has lost nothing that was acknowledged, here or there, and kept the order of each agent', async () => {
    const { acknowledged } = await load.stop();
    const ledger = new Client({ connectionString: stack.reload().postgres });
    await ledger.connect();
    try {
      for (const id of agents) {
        const own = await api.events(id);
        expect(own.slice(1).map(({ data }) => (data as { value: number }).value)).toEqual(acknowledged.get(id));
        expect(checkChain(own)).toBeNull();
        await until(async () => (await recordsIn(ledger, id)).length === own.length, `the ledger of ${id}`);
        expect(await recordsIn(ledger, id)).toEqual(own);
        await until(
          () => heardOf(heard.frames, id).length >= own.length,
          () => `frames of ${id}: ${told(heard, id, own.length)}`,
        );
        // An agent's first event comes through the stream only: it is the one that may be late.
        const later = heardOf(heard.frames, id).filter((sequence) => sequence > 1);
        expect(later).toEqual(own.slice(1).map(({ sequence }) => sequence));
        const sent = (await readStream(servers.nats.url)).filter(({ record }) => eventAgent(record) === id);
        const sequences = [...new Set(sent.map(({ record }) => record.sequence))];
        expect(sequences).toEqual(own.map(({ sequence }) => sequence));
      }
    } finally {
      await ledger.end();
    }
  }, 120_000);
});

/** Which events a listener has not heard of, and whether it still listens. */
function told({ frames, socket }: Awaited<ReturnType<ApiClient['follow']>>, id: string, length: number): string {
  const heard = new Set(heardOf(frames, id));
  const missing = Array.from({ length }, (_, at) => at + 1).filter((sequence) => !heard.has(sequence));
  return `${missing.join(', ')} of ${length} are missing, the last frame of all was ${JSON.stringify(frames.at(-1))}, the socket is ${socket.readyState === socket.OPEN ? 'open' : 'closed'}`;
}

const heardOf = (frames: readonly Frame[], id: string): number[] =>
  frames.flatMap(({ event }) => (event && eventAgent(event) === id ? [event.sequence] : []));

async function recordsIn(ledger: Client, id: string): Promise<EventRecord[]> {
  const select = 'SELECT record FROM events WHERE agent_id = $1 ORDER BY sequence';
  return (await ledger.query<{ record: EventRecord }>(select, [id])).rows.map(({ record }) => record);
}
