import { ActionError } from './actions/action';
import { plannable } from './actions/catalogue';
import type { PlannedStep, StepOrder, StepResult, UndoOrder } from './actions/order';
import type { StepPorts, TryInfo } from './perform-ports';
import { stepPlanner, type PlanOrder, type StepPlanner } from './plan-step';
import { atWork, type Outcome, type StepAtWork } from './step-at-work';
import { runAction } from './step-attempt';
import { withTimeout } from './step-timeout';

/** Does what steps order. Whatever goes wrong is in the result; only an abort of `info.signal` rejects, with its reason. */
export interface StepRunner {
  perform(this: void, order: StepOrder, info: TryInfo): Promise<StepResult>;
  plan(this: void, order: PlanOrder, signal?: AbortSignal): Promise<PlannedStep>;
  /** Takes back what a step did. One that has been taken back succeeds again. */
  undo(this: void, order: UndoOrder, info: TryInfo): Promise<StepResult>;
}

export function stepRunner(ports: StepPorts): StepRunner {
  const byName = new Map(ports.actions.map((action) => [action.name, action]));
  const planner = stepPlanner({ ...ports, actions: plannable(ports.actions) });
  return {
    plan: (order, signal) => planner.plan(order, signal),
    perform: (order, info) =>
      atWork(byName.get(order.action), order, info, ports, (step) => perform(step, order, info, planner)),
    undo: (order, info) =>
      atWork(byName.get(order.action), { ...order, attempt: 1 }, info, ports, (step) => takeBack(step, order, info)),
  };
}

async function perform(step: StepAtWork, order: StepOrder, info: TryInfo, planner: StepPlanner): Promise<Outcome> {
  const { action, input, effect, recorded } = step;
  const { approvedPlan } = order;
  const done = (output: unknown): Outcome => ({
    status: 'succeeded',
    output: recorded(output),
    effect,
    ...(approvedPlan === undefined ? {} : { planHash: approvedPlan }),
  });
  if (info.tries > 1 || order.again) {
    const before = await doneBefore(step, order, info.signal);
    if (before) return done(before.output);
  }
  let approved: { approved?: object } = {};
  if (approvedPlan !== undefined) {
    const now = await planner.plan(order, info.signal);
    if (now.status === 'failed') return now;
    if (now.planHash !== approvedPlan) return { status: 'plan_changed', planHash: now.planHash };
    approved = { approved: now.plan };
  }
  const contextWith = (signal: AbortSignal): ReturnType<StepAtWork['contextWith']> => ({
    ...step.contextWith(signal),
    ...approved,
  });
  return done(await runAction(action, input, order, effect, info.signal, contextWith));
}

async function takeBack(
  { action, input, effect, contextWith }: StepAtWork,
  { output }: UndoOrder,
  { signal }: TryInfo,
): Promise<Outcome> {
  const { undo, timeout, name } = action;
  if (!undo) throw new ActionError('no_undo', `${name} can not be taken back`);
  await withTimeout(timeout * 1000, signal, (limited) => undo(input, output, contextWith(limited)));
  return { status: 'succeeded', output: null, effect };
}

/**
 * After a worker was lost over it: whether an action has been done already.
 * @returns its output, or null where it is to be run
 * @throws ActionError `outcome_unknown` where nobody can tell, and doing it twice could do harm
 */
async function doneBefore(
  { action, input, effect, contextWith }: StepAtWork,
  { approvedPlan }: StepOrder,
  outer: AbortSignal,
): Promise<{ output: unknown } | null> {
  const idempotent = typeof action.idempotent === 'function' ? action.idempotent(input) : action.idempotent;
  // Where a plan was approved, what is done already must not look like a plan that has changed.
  if (idempotent && approvedPlan === undefined) return null;
  const { verify } = action;
  const answer = verify
    ? await withTimeout(action.timeout * 1000, outer, (signal) => verify(input, contextWith(signal))).catch(() => {
        outer.throwIfAborted();
        return 'unknown' as const;
      })
    : 'unknown';
  if (typeof answer === 'object') return { output: answer.done };
  if (answer === 'unknown' && !idempotent && effect === 'destructive') {
    throw new ActionError('outcome_unknown', 'a worker was lost over it, and whether it was done can not be told');
  }
  return null;
}
