import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Role } from '../../stack/stack-file';
import { startTestStack, type TestStack } from '../_util/stack';
import { Siege } from './_util/siege';
import { hasFakeTime, WallClock } from './_util/wall-clock';

const jumping: Role[] = ['worker', 'api', 'projector', 'evidence', 'redis', 'postgres'];
/** Linked statically, so nothing can lie to them: they keep the right time, and the others leave them. */
const steady: Role[] = ['temporal', 'nats'];
const describeWhere = hasFakeTime ? describe : describe.skip;

describeWhere(`a wall clock that jumps${hasFakeTime ? '' : ' (without apt-get install libfaketime)'}`, () => {
  let clock: WallClock;
  let stack: TestStack;
  let siege: Siege;
  beforeAll(async () => {
    clock = await WallClock.open();
    stack = await startTestStack({ env: clock.env });
    siege = new Siege(stack);
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
    clock.close();
  }, 120_000);

  it('is asked by all but Temporal and NATS', () => {
    const { pids } = stack.reload();
    const asking = [...jumping, ...steady].filter((role) => clock.isAskedBy(pids[role] as number));
    expect(asking).toEqual(jumping);
  });

  it.each([
    ['an hour ahead and back', 3600, 1],
    ['ten minutes back and right again', -600, 1],
    ['twenty seconds ahead and back, five times', 20, 5],
  ])(
    '%s',
    async (_, seconds, times) => {
      const { found } = await siege.under(async () => {
        for (let turn = 0; turn < times; turn += 1) {
          clock.turn(seconds);
          await delay(8_000);
          expect(await offsets(stack)).toEqual([seconds, seconds, seconds]);
          clock.turn(0);
          await delay(4_000);
        }
      });
      expect(found).toEqual([]);
    },
    300_000,
  );
});

/** How far ahead the API, Redis and PostgreSQL say that it is, in seconds, to the next ten. */
async function offsets({ file }: TestStack): Promise<number[]> {
  const redis = new Redis(file.redis);
  const postgres = new Client({ connectionString: file.postgres });
  try {
    await postgres.connect();
    const { headers } = await fetch(`${file.api}/healthz`);
    const [inRedis] = await redis.time();
    const { rows } = await postgres.query<{ now: Date }>('select clock_timestamp() as now');
    const told = [Date.parse(headers.get('date') ?? ''), Number(inRedis) * 1000, rows[0]?.now.getTime() ?? 0];
    return told.map((time) => Math.round((time - Date.now()) / 10_000) * 10);
  } finally {
    redis.disconnect();
    await postgres.end();
  }
}
