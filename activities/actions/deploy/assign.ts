import { ActionError, type ActionContext, type PlanContext } from '../action';
import { firstSeen, forgetSeen, seenBefore } from '../first-seen';
import { askInstance, healthy } from './health-gate';
import type { Instance, ServiceHost } from './host';
import type { Assignment, Health } from './service';

export interface Shift {
  service: string;
  host: ServiceHost;
  /** What each number is to run. Others are left as they are. */
  to: Assignment;
  /** How many may be away at once. */
  batch: number;
  health: Health;
}

export interface Shifted {
  /** What ran before under the numbers that were touched. */
  previous: (Assignment[number] & { version: string | null })[];
  /** What runs now. */
  instances: { instance: number; release: string; version: string; port: number }[];
}

/**
 * Brings instances to the releases they are to run, a batch at a time, each of them well before the next batch. Where one does
 * not get well, all that were touched go back to what they ran before.
 * @throws ActionError `rolled_back`, or `roll_back_failed` where going back did not help either
 */
export async function shift(given: Shift, context: ActionContext): Promise<Shifted> {
  const { host, to } = given;
  const { previous } = await firstSeen(context, async () => ({ previous: await snapshot(host, to) }));
  try {
    await bring(given, context);
  } catch (error) {
    // Whoever takes over after a lost worker goes on from here, and a cancelled run is not ours to decide.
    context.signal.throwIfAborted();
    await sayLastWords(given, context);
    const why = error instanceof Error ? error.message : String(error);
    await takeBack({ ...given, to: previous, batch: to.length }, context).catch((second: unknown) => {
      const also = second instanceof Error ? second.message : String(second);
      throw new ActionError('roll_back_failed', `${why}; going back failed too: ${also}`, { previous });
    });
    throw new ActionError('rolled_back', `${why}; what ran before runs again`, { previous });
  }
  return { previous, instances: await now(host, to) };
}

/** Goes back to what an output says that ran before. Harmless when it runs already. */
export async function takeBack(given: Shift, context: ActionContext): Promise<void> {
  await bring(given, context);
  await forgetSeen(context);
}

/** Whether all of it runs and answers already: what a second try asks before it does anything. */
export async function shiftedBefore({ host, to, health }: Shift, context: ActionContext): Promise<Shifted | null> {
  const seen = await seenBefore<Pick<Shifted, 'previous'>>(context);
  if (!seen) return null;
  const running = await host.running();
  for (const { instance, release } of to) {
    const one = running.get(instance);
    if ((one?.release ?? null) !== release) return null;
    if (one && !(await askInstance(one.port, health, context.signal)).ok) return null;
  }
  return { previous: seen.previous, instances: await now(host, to) };
}

/** Part of a plan: what each number ran when this step saw it first, the same for a second try, and what it is to run. */
export async function plannedChanges(
  { host, to }: Pick<Shift, 'host' | 'to'>,
  context: PlanContext,
): Promise<{ instance: number; from: string | null; to: string | null }[]> {
  const seen = await seenBefore<Pick<Shifted, 'previous'>>(context);
  const before = seen?.previous ?? (await snapshot(host, to));
  return to.map(({ instance, release }, at) => ({ instance, from: before[at]?.release ?? null, to: release }));
}

async function snapshot(host: ServiceHost, to: Assignment): Promise<Shifted['previous']> {
  const running = await host.running();
  return to.map(({ instance }) => {
    const one = running.get(instance);
    return { instance, release: one?.release ?? null, version: one?.version ?? null };
  });
}

async function now(host: ServiceHost, to: Assignment): Promise<Shifted['instances']> {
  const running = await host.running();
  return to.flatMap(({ instance }) => {
    const one = running.get(instance);
    return one ? [{ instance, release: one.release, version: one.version, port: one.port }] : [];
  });
}

async function bring({ host, to, batch, health }: Shift, context: ActionContext): Promise<void> {
  const ports = new Map((await host.kept()).map((one) => [keyOf(one), one.port]));
  for (let from = 0; from < to.length; from += batch) {
    const some = to.slice(from, from + batch);
    context.signal.throwIfAborted();
    const running = await host.running();
    const changing = some.filter(({ instance, release }) => (running.get(instance)?.release ?? null) !== release);
    await all(changing, async ({ instance, release }) => {
      await context.log(
        'info',
        `${instance}: ${running.get(instance)?.release ?? 'nothing'} -> ${release ?? 'nothing'}\n`,
      );
      await host.stop(instance);
    });
    await all(changing, async ({ instance, release }) => {
      if (release !== null) await host.start(instance, release);
    });
    await all(some, async ({ instance, release }) => {
      if (release === null) return;
      const port = ports.get(keyOf({ instance, release }));
      if (port === undefined) throw new ActionError('gone', `release ${release} is not kept any more`);
      await healthy(port, health, context.signal);
    });
  }
}

/** For whoever reads why it did not get well: the log of the run has what the instances wrote. */
async function sayLastWords({ host, to }: Shift, context: ActionContext): Promise<void> {
  for (const { instance, release } of to) {
    const words = release === null ? '' : await host.lastWords(instance, release).catch(() => '');
    if (words !== '') await context.log('info', `last words of ${instance}:\n${words}\n`);
  }
}

/** All of them end, well or not, before the first failure counts: nothing goes on behind a roll-back. */
async function all<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function keyOf({ instance, release }: Pick<Instance, 'instance'> & { release: string }): string {
  return `${instance} ${release}`;
}
