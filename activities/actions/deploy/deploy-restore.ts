import { Type, type Static } from '@sinclair/typebox';
import { action, type PlanContext } from '../action';
import { plannedChanges, shift, shiftedBefore, takeBack, type Shift, type Shifted } from './assign';
import { hostOf, placeKey } from './places';
import { healthField, placeField, serviceField, stopWithinField } from './service';
import { instancesOutput, previousOutput } from './service-output';

const wanted = Type.Array(
  Type.Object(
    {
      instance: Type.Integer({ minimum: 0, maximum: 99 }),
      release: Type.Union([Type.String({ pattern: '^[0-9a-f]{12}$' }), Type.Null()]),
      version: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  { description: 'As `previous` of `deploy.apply` says it.', minItems: 1, maxItems: 100 },
);

const input = Type.Object(
  { service: serviceField, on: placeField, to: wanted, health: healthField, stop_within: stopWithinField },
  { additionalProperties: false },
);

const output = Type.Object({ service: Type.String(), previous: previousOutput, instances: instancesOutput });

type Input = Static<typeof input>;

export const deployRestore = action({
  name: 'deploy.restore',
  title: 'Restore what ran before',
  description: 'Brings the instances of a service back to releases that are still kept.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 3600,
  locks: async ({ service, on }, context) => [await placeKey(service, on, context)],

  async plan(given, context) {
    const changes = await plannedChanges(await shiftOf(given, context), context);
    return { service: given.service, on: given.on.type, changes, health: given.health };
  },

  run: async (given, context) => outputOf(given, await shift(await shiftOf(given, context), context)),

  async verify(given, context) {
    const shifted = await shiftedBefore(await shiftOf(given, context), context);
    return shifted ? { done: outputOf(given, shifted) } : 'not_done';
  },

  async undo(given, { previous }, context) {
    const to = previous.map(({ instance, release }) => ({ instance, release }));
    await takeBack({ ...(await shiftOf(given, context)), to }, context);
  },
});

async function shiftOf(given: Input, context: PlanContext): Promise<Shift> {
  const to = given.to.map(({ instance, release }) => ({ instance, release }));
  return { service: given.service, host: await hostOf(given, context), to, batch: to.length, health: given.health };
}

function outputOf({ service }: Input, shifted: Shifted): Static<typeof output> {
  return { service, ...shifted };
}
