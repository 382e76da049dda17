import { setTimeout as delay } from 'node:timers/promises';
import { holds } from '../actors/runbook/expressions';
import { ActionError, type Action, type ActionContext, type ActionEffect } from './actions/action';
import type { StepOrder } from './actions/order';
import { stepError } from './step-error';
import { withTimeout } from './step-timeout';

/** How long polling goes on where the step says nothing. */
const longestPollMs = 3_600_000;
/** What does not heal by asking again. */
const lasting = ['not_allowed', 'invalid_input'];

export type Attempt = (signal: AbortSignal) => ActionContext;

/**
 * Runs an action once, or until the order's condition holds of its output.
 * @param contextWith makes the context of one run of it
 * @returns its output, neither redacted nor bounded
 */
export async function runAction(
  action: Action,
  input: unknown,
  order: Pick<StepOrder, 'timeoutMs' | 'poll'>,
  effect: ActionEffect,
  outer: AbortSignal,
  contextWith: Attempt,
): Promise<unknown> {
  const ownMs = action.timeout * 1000;
  const once = (ms: number, signal: AbortSignal): Promise<unknown> =>
    withTimeout(ms, signal, (limited) => action.run(input, contextWith(limited)));
  const { poll } = order;
  if (!poll) return once(order.timeoutMs ?? ownMs, outer);
  if (effect !== 'read') throw new ActionError('invalid_input', `${action.name} changes things: it can not be polled`);
  const limitMs = order.timeoutMs ?? longestPollMs;
  return withTimeout(limitMs, outer, (signal) => pollUntil(poll, signal, () => once(Math.min(ownMs, limitMs), signal)));
}

/** A run that fails counts as one more that does not hold yet; what it had found out by then is its output. */
async function pollUntil(
  { condition, everyMs, scope }: NonNullable<StepOrder['poll']>,
  signal: AbortSignal,
  run: () => Promise<unknown>,
): Promise<unknown> {
  let last: unknown;
  let why = 'its condition did not hold';
  for (;;) {
    try {
      last = await run();
      why = 'its condition did not hold';
    } catch (error) {
      if (!signal.aborted && error instanceof ActionError && lasting.includes(error.code)) throw error;
      if (error instanceof ActionError && error.output !== undefined) last = error.output;
      if (!signal.aborted) why = stepError(error).message;
    }
    if (last !== undefined && conditionHolds(condition, scope, last)) return last;
    const rested = await delay(everyMs, true, { signal }).catch(() => false);
    if (!rested) throw new ActionError('timeout', `it waited in vain: ${why}`, last);
  }
}

function conditionHolds(condition: boolean | string, scope: Record<string, unknown>, output: unknown): boolean {
  try {
    return holds(condition, { ...scope, output });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // What it asks for is not in the output yet.
    if (code === 'unknown_value') return false;
    throw new ActionError('expression_failed', message, output);
  }
}
