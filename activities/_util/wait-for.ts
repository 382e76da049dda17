import { setTimeout as delay } from 'node:timers/promises';

/** Looks until there is something to be seen, for 10 s at most. */
export async function waitFor<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const seen = await look();
    if (seen !== null) return seen;
    await delay(25);
  }
  throw new Error('it did not come');
}
