import type { StepResult } from './actions/order';
import type { LockOwner, StepPorts } from './perform-ports';

type Queued = Pick<Extract<StepResult, { status: 'queued' }>, 'status' | 'keys'>;

/**
 * Does work while it holds the locks that the run does not hold anyway, and gives them back however it ends. Where others
 * hold one, nothing is done; the step keeps its place in the line, and what it has, until it is ordered again.
 */
export async function underLocks<T>(
  { locks, onError }: Pick<StepPorts, 'locks' | 'onError'>,
  { keys, held, owner }: { keys: string[]; held: string[]; owner: LockOwner },
  work: () => Promise<T>,
): Promise<T | Queued> {
  // In one order for all, so that no two steps wait for each other.
  const missing = [...new Set(keys)].filter((key) => !held.includes(key)).sort();
  if (missing.length === 0) return work();
  let queued = false;
  try {
    const waiting = await locks.take(missing, owner);
    queued = waiting.length > 0;
    return queued ? { status: 'queued', keys: waiting } : await work();
  } finally {
    // The work is done whatever becomes of the lock; a lease frees it in the end.
    if (!queued) await locks.release(missing, owner).catch((error: unknown) => onError(error, 'locks of a step'));
  }
}
