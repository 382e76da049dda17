import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { FieldError } from '../core/errors';
import { isExpressionError, render } from '../runbook/expressions';
import { name, target, type Target } from './target';

const member = Type.Object(
  {
    name,
    labels: Type.Record(
      Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]{0,62}$' }),
      Type.Union([Type.String({ maxLength: 200 }), Type.Number()]),
      { default: {}, maxProperties: 20, additionalProperties: false },
    ),
  },
  { additionalProperties: false, default: {} },
);

/** Many targets that are alike. */
export const fleet = Type.Object(
  {
    name,
    template: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'A target without its name. Its texts may hold `${{ member.name }}`, `${{ member.labels.host }}` and the like; one that is ' +
        'nothing else becomes the value itself.',
    }),
    members: Type.Array(member, { minItems: 1, maxItems: 500 }),
  },
  {
    additionalProperties: false,
    description: 'Each member is a target `<fleet>-<member>`, with the labels of the member and the label `fleet`.',
  },
);

export type Fleet = Static<typeof fleet>;

/** The target of each member, or what is wrong with it. Pointers are into the fleet. */
export function membersOf(fleet: Fleet): { targets: Target[]; faults: FieldError[] } {
  const targets: Target[] = [];
  const faults: FieldError[] = [];
  fleet.members.forEach((member, index) => {
    const made = targetOf(fleet, member);
    if ('fault' in made) faults.push({ pointer: `/members/${index}`, message: made.fault });
    else targets.push(made.target);
  });
  return { targets, faults };
}

function targetOf(
  { name: fleetName, template }: Fleet,
  member: Fleet['members'][number],
): { target: Target } | { fault: string } {
  try {
    const rendered = render(template, { member }) as Record<string, unknown>;
    const own = Object.entries(member.labels).map(([label, value]): [string, string] => [label, String(value)]);
    const labels = { ...(rendered['labels'] as object), ...Object.fromEntries(own), fleet: fleetName };
    const made: unknown = Value.Default(target, { ...rendered, name: `${fleetName}-${member.name}`, labels });
    if (Value.Check(target, made)) return { target: made };
    const { path = '', message = 'it is no target' } = Value.Errors(target, made).First() ?? {};
    return { fault: `its target is not valid at ${path}: ${message}` };
  } catch (error) {
    if (!isExpressionError(error)) throw error;
    return { fault: `its target can not be made: ${error.message}` };
  }
}
