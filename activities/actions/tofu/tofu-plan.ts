import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { action } from '../action';
import { madeKeptFolder } from '../first-seen';
import { tofuIn } from './tofu-cli';
import { changesOutput, moduleInput, moduleKey } from './tofu-input';

export const tofuPlan = action({
  name: 'tofu.plan',
  title: 'Plan infrastructure',
  description: 'Makes a plan by OpenTofu or Terraform and keeps it in the workspace of the run, for `tofu.apply`.',
  input: moduleInput,
  output: Type.Object({
    plan_file: Type.String({ description: 'The saved plan. It may hold secrets: only its owner can read it.' }),
    hash: Type.String({ description: 'Of what it comes to; `tofu.apply` applies no other.' }),
    changed: Type.Boolean({ description: 'Whether there is anything to do.' }),
    removes: Type.Boolean({ description: 'Whether anything is taken away or replaced.' }),
    changes: changesOutput,
  }),
  effect: 'read',
  idempotent: true,
  timeout: 1800,
  locks: async (given, context) => [await moduleKey(given, context)],
  plan: async ({ dir, workspace, variables }) => ({ plans: dir, workspace, variables: Object.keys(variables).sort() }),

  async run(given, context) {
    const tofu = await tofuIn(given, context);
    const file = join(await madeKeptFolder(context), 'saved.tfplan');
    const { hash, shown, each, removes } = await tofu.plan(file);
    await chmod(file, 0o600);
    await context.log('info', shown.map(({ address, actions }) => `${actions.join('+')} ${address}\n`).join(''));
    return { plan_file: file, hash, changed: each.size > 0, removes, changes: shown };
  },
});
