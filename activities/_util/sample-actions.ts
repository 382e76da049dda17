import { Type, type Static } from '@sinclair/typebox';
import { action, type Action, type ActionContext, type ActionEffect } from '../actions/action';

const input = Type.Object(
  {
    text: Type.String({ default: 'default', maxLength: 20_000 }),
    token: Type.Optional(Type.String({ secret: true })),
    lock: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
type Input = Static<typeof input>;

/** An action made for one test: it counts its runs, and everything else can be put in. */
export function sample(parts: {
  run?: (input: Input, context: ActionContext) => Promise<unknown>;
  plan?: (input: Input) => Promise<object>;
  verify?: Action['verify'];
  undo?: Action['undo'];
  effect?: ActionEffect;
  idempotent?: boolean;
  timeout?: number;
}): { action: Action; runs: () => number } {
  let runs = 0;
  const made = action({
    name: 'test.sample',
    title: 'Sample',
    description: 'For tests.',
    input,
    output: Type.Unknown(),
    effect: parts.effect ?? 'destructive',
    idempotent: parts.idempotent ?? false,
    timeout: parts.timeout ?? 10,
    locks: ({ lock }) => (lock === undefined ? [] : lock.split(' ')),
    plan: parts.plan ?? (async (given) => ({ does: given.text })),
    run: async (given, context) => {
      runs++;
      return parts.run ? parts.run(given, context) : { text: given.text };
    },
    ...(parts.verify ? { verify: parts.verify } : {}),
    ...(parts.undo ? { undo: parts.undo } : {}),
  });
  return { action: made, runs: () => runs };
}
