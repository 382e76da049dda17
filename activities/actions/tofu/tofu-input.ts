import { Type, type Static } from '@sinclair/typebox';
import type { PlanContext } from '../action';
import { pathField } from '../fields';
import { allowedPath } from '../roots';

/** Parts of inputs and outputs that the actions over OpenTofu share. */

export const moduleFields = {
  dir: pathField(
    'Folder of the root module; below those that may be written, or relative to the workspace of the run.',
  ),
  workspace: Type.String({
    description: 'Of OpenTofu; it must be there.',
    pattern: '^[A-Za-z0-9_-]{1,90}$',
    default: 'default',
  }),
  variables: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,127}$' }), Type.Unknown(), {
    description: 'Handed over as TF_VAR_<name>, never as arguments: secrets by reference.',
    default: {},
    additionalProperties: false,
  }),
  secret_variables: Type.Record(
    Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,127}$' }),
    Type.String({ secret: true, maxLength: 32_768 }),
    {
      description: 'More of them, each taken out of whatever leaves the worker.',
      default: {},
      additionalProperties: false,
    },
  ),
};

export const moduleInput = Type.Object(moduleFields, { additionalProperties: false });
export type ModuleInput = Static<typeof moduleInput>;

export const changesOutput = Type.Array(
  Type.Object({
    address: Type.String(),
    actions: Type.Array(Type.String()),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
  }),
  { description: 'What is sensitive is masked. Without values where there are very many.' },
);

/** The state that must not be touched by two at once. */
export async function moduleKey({ dir, workspace }: ModuleInput, context: PlanContext): Promise<string> {
  return `tofu:${await allowedPath(dir, 'write', context)}#${workspace}`;
}
