import { hashOf } from '../actors/core/hash-chain';
import { ActionError, type ActionEffect, type PlanContext } from './actions/action';
import type { PlannableAction } from './actions/catalogue';
import type { PlannedStep, StepOrder } from './actions/order';
import type { PlanPorts } from './perform-ports';
import { Redactor } from './redaction';
import { stepError } from './step-error';
import { effectOf, idempotencyKey, preparedInput } from './step-input';
import { plainJson } from '../actors/core/bounded-json';
import { withTimeout } from './step-timeout';

export type PlanOrder = Pick<StepOrder, 'runId' | 'path' | 'action' | 'with'>;

export interface StepPlanner {
  /**
   * What a step would do, redacted. Never rejects but for an abort of the signal: what goes wrong is the answer.
   * @param signal aborts what it reads
   */
  plan(this: void, order: PlanOrder, signal?: AbortSignal): Promise<PlannedStep>;
}

/** Made of actions that can only be planned (`plannable()` of the catalogue): a dry-run can't reach what they do. */
export function stepPlanner(ports: PlanPorts): StepPlanner {
  return {
    async plan(order, signal = new AbortController().signal) {
      const action = ports.actions.get(order.action);
      if (!action) return failed(new ActionError('unknown_action', `there is no action ${order.action}`));
      const redactor = new Redactor();
      try {
        const { input, secrets } = await preparedInput(action, order.with, ports.secrets);
        redactor.learn(...secrets);
        return await planned(order, action, input, redactor, ports, signal);
      } catch (error) {
        signal.throwIfAborted();
        return failed(error, redactor);
      }
    },
  };
}

async function planned(
  order: PlanOrder,
  action: PlannableAction,
  input: unknown,
  redactor: Redactor,
  ports: PlanPorts,
  outer: AbortSignal,
): Promise<PlannedStep> {
  return withTimeout(action.timeout * 1000, outer, async (signal) => {
    const context: PlanContext = {
      signal,
      settings: ports.settings,
      runId: order.runId,
      idempotencyKey: idempotencyKey(order),
    };
    const plan = redactor.json(plainJson(await action.plan(input, context))) as object;
    const locks = (await action.locks?.(input, context)) ?? [];
    const effect = effectOf<ActionEffect>(action, input);
    // Of the order as it was given: secrets are in it by reference.
    const planHash = hashOf({ action: action.name, effect, with: order.with, plan });
    return { status: 'planned', effect, plan, planHash, locks: locks.map((key) => redactor.text(key)) };
  });
}

function failed(error: unknown, redactor = new Redactor()): PlannedStep {
  const { code, message } = stepError(error);
  return { status: 'failed', error: { code, message: redactor.text(message) } };
}
