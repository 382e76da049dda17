import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client';

/** What the load knows for sure: what was acknowledged, and how far. */
export interface LoadResult {
  /** By agent: the values that were acknowledged, in the order they were sent. */
  acknowledged: Map<string, number[]>;
  refusals: number;
}

/**
 * Sets one flag of each agent to 1, 2, 3 … until told to stop. Each command is retried under its own Idempotency-Key until
 * it is acknowledged, as a well-behaved client does, so the values must come out without a gap and without a double.
 */
export function startLoad(
  api: ApiClient,
  agents: string[],
  pauseMs = 0,
): { acknowledged(): number; stop(): Promise<LoadResult> } {
  let running = true;
  const result: LoadResult = { acknowledged: new Map(agents.map((id) => [id, []])), refusals: 0 };
  const drive = async (id: string): Promise<void> => {
    for (let value = 1; running; value += 1) {
      while (!(await acknowledged(api, id, value))) {
        result.refusals += 1;
        await delay(200);
      }
      result.acknowledged.get(id)?.push(value);
      if (pauseMs > 0) await delay(pauseMs);
    }
  };
  const drivers = Promise.all(agents.map(drive));
  return {
    acknowledged: () => [...result.acknowledged.values()].reduce((sum, { length }) => sum + length, 0),
    stop: async () => {
      running = false;
      await drivers;
      return result;
    },
  };
}

async function acknowledged(api: ApiClient, id: string, value: number): Promise<boolean> {
  try {
    const { status } = await api.setFlag(id, 'count', value, `${id}-${value}`);
    return status === 200;
  } catch {
    return false;
  }
}
