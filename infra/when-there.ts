import { setTimeout as sleep } from 'node:timers/promises';

/** How something is waited for. */
export interface Waiting {
  signal: AbortSignal;
  pauseMs: number;
  /** Whether an error may pass by itself; any other one is thrown. All may where it is left out. */
  mayPass?: (error: unknown) => boolean;
  /** Told of the first failure only. */
  onFailure: (error: unknown) => void;
}

/**
 * Does what may not be possible yet, again and again until it is.
 * @returns null where it was aborted before
 */
export async function whenThere<T>(
  work: () => Promise<T>,
  { signal, pauseMs, mayPass = () => true, onFailure }: Waiting,
): Promise<T | null> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (attempt === 1) onFailure(error);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
