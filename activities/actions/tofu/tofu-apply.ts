import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type ActionContext, type PlanContext } from '../action';
import { pathField } from '../fields';
import { madeKeptFolder } from '../first-seen';
import { allowedPath } from '../roots';
import { isRemainder, type PlanChanges } from './plan-changes';
import { tofuIn, type Tofu } from './tofu-cli';
import { moduleFields, moduleKey } from './tofu-input';

const input = Type.Object(
  {
    ...moduleFields,
    plan: pathField('`plan_file` of `tofu.plan`.'),
    hash: Type.String({ description: '`hash` of `tofu.plan`.', pattern: '^[0-9a-f]{64}$' }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  hash: Type.String(),
  changes: Type.Integer({ description: 'How many things the plan changed.' }),
  outputs: Type.Record(Type.String(), Type.Unknown(), { description: 'Without those that are sensitive.' }),
});

type Input = Static<typeof input>;

export const tofuApply = action({
  name: 'tofu.apply',
  title: 'Apply a plan of infrastructure',
  description: 'Applies the very plan that was saved, and only where it is the one of that hash.',
  input,
  output,
  effect: 'destructive',
  idempotent: true,
  timeout: 3600,
  locks: async (given, context) => [await moduleKey(given, context)],

  async plan(given, context) {
    const { changes } = await savedPlan(given, await tofuIn(given, context), context);
    const { dir, workspace } = given;
    return { applies: dir, workspace, hash: changes.hash, changes: changes.shown };
  },

  async run(given, context) {
    const tofu = await tofuIn(given, context);
    const { file, changes } = await savedPlan(given, tofu, context);
    if (changes.removes && !context.approved) {
      throw new ActionError('approval_required', 'the plan takes things away: it is applied within an approval only');
    }
    if ((await tofu.apply(file, context)) === 'stale') await applyRest(tofu, changes, context);
    return { hash: changes.hash, changes: changes.each.size, outputs: await tofu.outputs() };
  },

  async verify(given, context) {
    const tofu = await tofuIn(given, context);
    const { changes } = await savedPlan(given, tofu, context);
    if ((await tofu.planOnly()).each.size > 0) return 'not_done';
    return { done: { hash: changes.hash, changes: changes.each.size, outputs: await tofu.outputs() } };
  },
});

/** @throws ActionError `plan_changed` where the saved plan is not the one of that hash; `not_found`, `not_allowed` */
async function savedPlan(
  { plan, hash }: Input,
  tofu: Tofu,
  context: PlanContext,
): Promise<{ file: string; changes: PlanChanges }> {
  const file = await allowedPath(plan, 'read', context);
  if (!(await stat(file).catch(() => null))) throw new ActionError('not_found', 'the saved plan is not there');
  const changes = await tofu.show(file);
  if (changes.hash === hash) return { file, changes };
  throw new ActionError('plan_changed', 'the saved plan is not the one that was made');
}

/**
 * The state has moved on: by a try of this step whose worker was lost, or by somebody else. What is left to do is done where it
 * is nothing but a part of the plan.
 * @throws ActionError `stale_plan`
 */
async function applyRest(tofu: Tofu, planned: PlanChanges, context: ActionContext): Promise<void> {
  const file = join(await madeKeptFolder(context), 'rest.tfplan');
  const left = await tofu.plan(file);
  await context.log('info', `the plan is stale; ${left.each.size} of its ${planned.each.size} changes are left\n`);
  if (left.each.size === 0) return;
  if (!isRemainder(left, planned) || (await tofu.apply(file, context)) === 'stale') {
    throw new ActionError('stale_plan', 'what it was planned for has changed since: it must be planned anew');
  }
}
