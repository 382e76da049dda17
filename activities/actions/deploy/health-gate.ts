import { setTimeout as delay } from 'node:timers/promises';
import { probeOnce, type Probe, type ProbeResult } from '../../probe';
import { ActionError } from '../action';
import type { Health } from './service';

const lookEveryMs = 250;
const answerWithinSeconds = 5;

/** Asks an instance once whether it is well. */
export async function askInstance(
  port: number,
  { path }: Pick<Health, 'path'>,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const probe: Probe =
    path === undefined
      ? { type: 'tcp', host: '127.0.0.1', port }
      : { type: 'http', url: `http://127.0.0.1:${port}${path}`, method: 'GET', expect_status: [] };
  return probeOnce(probe, answerWithinSeconds, signal);
}

/**
 * Waits until an instance is well, and for as long as it must stay so.
 * @throws ActionError `unhealthy`
 */
export async function healthy(port: number, health: Health, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + health.within * 1000;
  for (let last = await askInstance(port, health, signal); !last.ok; last = await askInstance(port, health, signal)) {
    signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new ActionError('unhealthy', `port ${port} is not well within ${health.within} s: ${last.error}`);
    }
    await delay(lookEveryMs, undefined, { signal });
  }
  const until = Date.now() + health.stable * 1000;
  while (Date.now() < until) {
    await delay(lookEveryMs, undefined, { signal });
    const last = await askInstance(port, health, signal);
    signal.throwIfAborted();
    if (!last.ok) throw new ActionError('unhealthy', `port ${port} did not stay well: ${last.error}`);
  }
}
