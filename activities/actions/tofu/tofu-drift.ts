import { Type } from '@sinclair/typebox';
import { action, ActionError } from '../action';
import { tofuIn } from './tofu-cli';
import { changesOutput, moduleInput, moduleKey } from './tofu-input';

export const tofuDrift = action({
  name: 'tofu.drift',
  title: 'Look for drift',
  description: 'Tells where the world, the state and the configuration of a root module have come apart.',
  input: Type.Object(
    {
      ...moduleInput.properties,
      fail: Type.Boolean({ description: 'Whether drift fails the step.', default: false }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    drifted: Type.Boolean(),
    count: Type.Integer({ description: 'How many things would have to be changed.' }),
    changes: changesOutput,
    outside: Type.Array(Type.String(), { description: 'Addresses of what was changed past OpenTofu.' }),
    hash: Type.String({ description: 'The same for the same drift.' }),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 1800,
  locks: async (given, context) => [await moduleKey(given, context)],
  plan: async ({ dir, workspace, variables }) => ({
    compares: dir,
    workspace,
    variables: Object.keys(variables).sort(),
  }),

  async run({ fail, ...given }, context) {
    const { each, shown, outside, hash } = await (await tofuIn(given, context)).planOnly();
    const drifted = each.size > 0 || outside.length > 0;
    const result = { drifted, count: each.size, changes: shown, outside, hash };
    if (drifted && fail) throw new ActionError('drifted', `${given.dir} has drifted in ${each.size} places`, result);
    return result;
  },
});
