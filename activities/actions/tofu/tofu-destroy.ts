import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { action, ActionError } from '../action';
import { madeKeptFolder } from '../first-seen';
import { tofuIn } from './tofu-cli';
import { moduleInput, moduleKey } from './tofu-input';

export const tofuDestroy = action({
  name: 'tofu.destroy',
  title: 'Destroy infrastructure',
  description: 'Takes away all that a root module manages, within an approval of just that list.',
  input: moduleInput,
  output: Type.Object({ destroyed: Type.Integer({ description: 'How many things.' }) }),
  effect: 'destructive',
  idempotent: true,
  timeout: 3600,
  locks: async (given, context) => [await moduleKey(given, context)],

  async plan(given, context) {
    const { hash, shown } = await (await tofuIn(given, context)).planOnly('-destroy');
    return { destroys: given.dir, workspace: given.workspace, hash, changes: shown };
  },

  async run(given, context) {
    const approved = context.approved as { hash: string } | undefined;
    if (!approved) throw new ActionError('approval_required', 'infrastructure is destroyed within an approval only');
    const tofu = await tofuIn(given, context);
    const file = join(await madeKeptFolder(context), 'destroy.tfplan');
    const { hash, each } = await tofu.plan(file, '-destroy');
    if (hash !== approved.hash || (each.size > 0 && (await tofu.apply(file, context)) === 'stale')) {
      throw new ActionError('stale_plan', 'what was agreed to has changed since: nothing was destroyed');
    }
    return { destroyed: each.size };
  },

  async verify(given, context) {
    const { each } = await (await tofuIn(given, context)).planOnly('-destroy');
    return each.size === 0 ? { done: { destroyed: 0 } } : 'not_done';
  },
});
