import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, until } from '../_util/api-client';
import { startLoad } from '../_util/load';
import { startSecondApi } from '../_util/second-api';
import { startTestStack, type TestStack } from '../_util/stack';

const limits = { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_PRINCIPAL_PER_MINUTE: '1000000' };
const callers = 6;

/** Sends each request to one of the processes that say they are ready, as a balancer does that asks every 100 ms. */
class Balancer {
  private ready: ApiClient[];
  private turn = 0;
  private readonly asking: NodeJS.Timeout;

  constructor(private readonly all: readonly ApiClient[]) {
    this.ready = [...all];
    this.asking = setInterval(() => void this.ask(), 100);
  }

  next(): ApiClient {
    return this.ready[(this.turn += 1) % this.ready.length] as ApiClient;
  }

  stop(): void {
    clearInterval(this.asking);
  }

  private async ask(): Promise<void> {
    const is = await Promise.all(this.all.map((api) => readiness(api).then(({ status }) => status === 200)));
    this.ready = this.all.filter((_, i) => is[i]);
  }
}

/** Status 0 where nobody answers. */
const readiness = (api: ApiClient): Promise<{ status: number; body: unknown }> =>
  api.raw('GET', '/readyz', {}).catch(() => ({ status: 0, body: null }));

describe('processes told to end', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack({ env: { WORKER_TUNER: 'resource' } });
    api = await ApiClient.login(stack.file);
  }, 180_000);
  afterAll(() => stack.stop(), 60_000);

  it('an API tells that it stops, serves on until balancers know, no request fails, and its clients go on at another', async () => {
    const second = await startSecondApi(stack, { ...limits, DRAIN_SECONDS: '2' });
    const ws = `${second.origin.replace('http', 'ws')}/ws`;
    const other = await ApiClient.login({ api: second.origin, ws, credentials: stack.file.credentials });
    const ids = Array.from({ length: callers }, (_, i) => `drained-${i}`);
    await Promise.all(ids.map((id) => api.flagsAgent(id)));
    const { socket, frames } = await other.follow({ agents: ids }).catch(async (error: unknown) => {
      await second.stop();
      throw error;
    });
    const closed = once(socket, 'close');

    const balancer = new Balancer([api, other]);
    const answers = new Map<string, number>();
    let running = true;
    const call = async (id: string): Promise<void> => {
      for (let value = 1; running; value += 1) {
        const through = balancer.next();
        const outcome = await through.setFlag(id, 'count', value).then(
          ({ status }) => String(status),
          (error: Error) => `${error.message} ${String(error.cause)}`,
        );
        const name = `${through === other ? 'second' : 'first'} ${outcome}`;
        answers.set(name, (answers.get(name) ?? 0) + 1);
      }
    };
    const load = Promise.all(ids.map(call));
    await until(() => (answers.get('second 200') ?? 0) > 5, 'answers of the second');

    const ended = second.stop();
    await until(async () => (await readiness(other)).status === 503, 'word that it stops');
    expect((await readiness(other)).body).toEqual({ status: 'stopping' });
    const late = await other.setFlag(ids[0] as string, 'late', true);
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    expect((await closed)[0]).toBe(1001);
    await ended;
    await delay(500);
    running = false;
    await load;
    balancer.stop();
    expect([...answers.keys()].sort()).toEqual(['first 200', 'second 200']);

    // What was said through either is heard at either, and the place of one is a place of the other.
    const rest = await api.follow({ agents: ids, since: frames.filter(({ event }) => event).at(-1)?.position });
    const heard = (id: string): number[] =>
      [...frames, ...rest.frames].flatMap(({ event }) => (event?.source === `/agents/${id}` ? [event.sequence] : []));
    for (const id of ids) {
      const { body } = await api.call('GET', `agents/${id}`);
      await until(() => heard(id).at(-1) === body.sequence, `the last event of ${id}`);
      // The first one may have come before there was a socket.
      const [first = 0] = heard(id);
      expect([1, 2]).toContain(first);
      expect(heard(id)).toEqual(Array.from({ length: body.sequence - first + 1 }, (_, i) => i + first));
    }
    rest.socket.close();
  }, 120_000);

  it('a worker finishes what it has begun, and no command is refused until the next one is there', async () => {
    const ids = Array.from({ length: callers }, (_, i) => `handed-${i}`);
    await Promise.all(ids.map((id) => api.flagsAgent(id)));
    const load = startLoad(api, ids);
    await until(() => load.acknowledged() > 50, 'a first bit of load');
    const { worker } = stack.reload().pids;
    process.kill(worker as number, 'SIGTERM');
    await stack.waitRestarted('worker');
    const before = load.acknowledged();
    await until(() => load.acknowledged() > before + 50, 'commands by the next worker');
    expect((await load.stop()).refusals).toBe(0);
  }, 120_000);
});
