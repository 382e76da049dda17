import { setTimeout as delay } from 'node:timers/promises';
import type { CommandEnvelope } from '../actors/core/command';
import { isGone } from '../actors/core/errors';
import type { CommandSender } from './ports';

const resendAfterMs = 1000;

/**
 * Tries until the agent has it, or it is told to stop.
 * @returns false where there is no such agent any more
 */
export async function deliver(
  sender: CommandSender,
  agentId: string,
  command: CommandEnvelope,
  stop: AbortSignal,
): Promise<boolean> {
  while (!stop.aborted) {
    try {
      const [result] = await sender.send(agentId, [command]);
      return !(result?.status === 'rejected' && result.code === 'agent_stopped');
    } catch (error) {
      if (isGone(error)) return false;
      await delay(resendAfterMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return true;
}
