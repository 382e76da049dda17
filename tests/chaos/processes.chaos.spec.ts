import { setTimeout as delay } from 'node:timers/promises';
import { startTestStack, type TestStack } from '../_util/stack';
import type { Role } from '../../stack/stack-file';
import { familyOf, memoryOf, processesOf } from './_util/processes-of';
import { Siege } from './_util/siege';

const roles: Role[] = ['worker', 'api', 'projector', 'evidence', 'nats', 'redis', 'postgres', 'temporal'];
const frozenMs = 20_000;
/** How much larger a process may be at the end than after the first siege: a leak under load passes that in minutes. */
const mostGrowth = { factor: 2, mib: 150 };

describe('each process, under load', () => {
  let stack: TestStack;
  let siege: Siege;
  const memory = new Map<Role, number>();
  beforeAll(async () => {
    stack = await startTestStack();
    siege = new Siege(stack);
  }, 180_000);
  afterAll(() => stack.stop(), 120_000);

  it('loses nothing while nothing happens', async () => {
    const { found, before, after } = await siege.under(() => delay(5_000));
    expect(found).toEqual([]);
    expect([before > 0, after > 0]).toEqual([true, true]);
    for (const role of roles) memory.set(role, memoryOf(stack.reload().pids[role] as number));
  }, 180_000);

  it.each(roles)(
    '%s: killed with -9',
    async (role) => {
      const { found } = await siege.under(async () => {
        stack.kill(role);
        await stack.waitRestarted(role);
      });
      expect(found).toEqual([]);
    },
    300_000,
  );

  it.each(roles)(
    '%s: frozen for 20 s',
    async (role) => {
      const { found } = await siege.under(() => frozen(familyOf(stack.reload().pids[role] as number)));
      expect(found).toEqual([]);
    },
    300_000,
  );

  it('the supervisor: frozen for 20 s', async () => {
    const { found } = await siege.under(() => frozen([stack.pid]));
    expect(found).toEqual([]);
  }, 300_000);

  it('all of them at once: frozen for 20 s, as a machine that sleeps', async () => {
    const { found } = await siege.under(() => frozen(familyOf(stack.pid)));
    expect(found).toEqual([]);
  }, 300_000);

  it('has no process that grows without a bound', () => {
    const grown = roles.map((role) => {
      const [then, now] = [memory.get(role) as number, memoryOf(stack.reload().pids[role] as number)];
      return { role, then, now, well: now < then * mostGrowth.factor || now - then < mostGrowth.mib };
    });
    expect(grown.filter(({ well }) => !well)).toEqual([]);
  });

  it('the supervisor: killed with -9, and started again', async () => {
    const { found } = await siege.under(async () => {
      const before = processesOf(stack.home);
      await stack.signal('SIGKILL');
      await stack.start();
      const after = processesOf(stack.home);
      expect(before.filter((pid) => after.includes(pid))).toEqual([]);
    });
    expect(found).toEqual([]);
  }, 300_000);

  it('ends in order and leaves no process behind', async () => {
    expect(processesOf(stack.home).length).toBeGreaterThan(5);
    expect(await stack.end()).toBe(0);
    expect(processesOf(stack.home)).toEqual([]);
  }, 120_000);
});

/** Stops processes where they are, and lets them go on after a while. */
async function frozen(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await delay(frozenMs);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // The supervisor may have replaced what did not answer.
    }
  }
}
