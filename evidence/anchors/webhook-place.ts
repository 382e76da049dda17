import type { Checkpoint } from '../../projections/queries/evidence-checkpoints';
import type { Place } from './place';

const callMs = 10_000;

/**
 * Posts each checkpoint, one after the other, to an address. `Idempotency-Key` is its hash: the same one may come twice.
 * @param url may hold a secret
 */
export function webhookPlace(url: string): Place {
  return {
    name: 'webhook',
    target: url,
    async put(checkpoints, signal) {
      for (const checkpoint of checkpoints) await post(url, checkpoint, signal);
    },
  };
}

async function post(url: string, { number, hash, body, signature }: Checkpoint, signal: AbortSignal): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': hash },
      body: JSON.stringify({ number, hash, body, signature }),
      // Wherever it leads, it is not the place that was set.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(callMs)]),
    });
    await response.body?.cancel();
    status = response.status;
  } catch (cause) {
    const late = (cause as Error).name === 'TimeoutError';
    throw new Error(late ? 'the webhook did not answer in time' : 'the webhook can not be reached', { cause });
  }
  if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`);
}
