import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { action, ActionError, type PlanContext } from '../action';
import { plannedChanges, shift, shiftedBefore, takeBack, type Shift, type Shifted } from './assign';
import type { Build, ServiceHost } from './host';
import { buildOf, hostOf, placeKey } from './places';
import {
  containersBuild,
  healthField,
  processesBuild,
  serviceField,
  stopWithinField,
  type Assignment,
} from './service';
import { instancesOutput, previousOutput } from './service-output';

const input = Type.Object(
  {
    service: serviceField,
    on: Type.Union([containersBuild, processesBuild]),
    ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), {
      description: 'One for each instance, on this machine.',
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
    }),
    strategy: stringEnum<'recreate' | 'rolling'>(['recreate', 'rolling'], {
      description: 'All at once, with a gap; or some at a time, each of them well before the next.',
      default: 'rolling',
    }),
    max_unavailable: Type.Integer({ description: 'How many at a time.', minimum: 1, maximum: 100, default: 1 }),
    first: Type.Optional(
      Type.Integer({ description: 'Only so many of the instances, as a canary.', minimum: 1, maximum: 100 }),
    ),
    health: healthField,
    stop_within: stopWithinField,
    keep: Type.Integer({
      description: 'How many releases are kept to go back to, beside those that run.',
      minimum: 1,
      maximum: 50,
      default: 3,
    }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  service: Type.String(),
  release: Type.String({ description: 'Stands for all that it is made of.' }),
  version: Type.String(),
  previous: previousOutput,
  instances: instancesOutput,
});

type Input = Static<typeof input>;

export const deployApply = action({
  name: 'deploy.apply',
  title: 'Deploy',
  description:
    'Brings the instances of a service to a release, and back to what they ran before where one of them does not get well.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 3600,
  locks: async ({ service, on }, context) => [await placeKey(service, on, context)],

  async plan(given, context) {
    const { host, build, to } = await prepared(given, context);
    const changes = await plannedChanges({ host, to }, context);
    const { service, strategy, max_unavailable: batch, health } = given;
    return { service, on: given.on.type, release: build.release, ...build.shown, changes, strategy, batch, health };
  },

  async run(given, context) {
    const { host, build, to } = await prepared(given, context);
    for (const { instance, release } of to) if (release !== null) await build.make(instance);
    const shifted = await shift(shiftOf(given, host, to), context);
    await forgetOld(host, given.keep, shifted);
    return outputOf(given, build, shifted);
  },

  async verify(given, context) {
    const { host, build, to } = await prepared(given, context);
    const shifted = await shiftedBefore(shiftOf(given, host, to), context);
    return shifted ? { done: outputOf(given, build, shifted) } : 'not_done';
  },

  async undo(given, { previous }, context) {
    const to = previous.map(({ instance, release }) => ({ instance, release }));
    await takeBack({ ...shiftOf(given, await hostOf(given, context), to), batch: to.length }, context);
  },
});

/** @throws ActionError `invalid_input` where there are fewer instances than are to be the first */
async function prepared(
  given: Input,
  context: PlanContext,
): Promise<{ host: ServiceHost; build: Build; to: Assignment }> {
  const { service, on, ports, first = ports.length } = given;
  if (first > ports.length) throw new ActionError('invalid_input', '`first` is more than there are `ports`');
  const host = await hostOf(given, context);
  const build = await buildOf(service, on, ports, context);
  const to: Assignment = ports.slice(0, first).map((_, instance) => ({ instance, release: build.release }));
  // A canary leaves the others alone; a deployment ends those for which there is no port any more.
  const surplus =
    given.first === undefined ? [...(await host.running()).keys()].filter((at) => at >= ports.length) : [];
  return {
    host,
    build,
    to: [...to, ...surplus.sort((a, b) => a - b).map((instance) => ({ instance, release: null }))],
  };
}

function shiftOf(
  { service, strategy, max_unavailable: most, health }: Input,
  host: ServiceHost,
  to: Assignment,
): Shift {
  return { service, host, to, batch: strategy === 'recreate' ? to.length : most, health };
}

function outputOf({ service }: Input, { release, version }: Build, shifted: Shifted): Static<typeof output> {
  return { service, release, version, ...shifted };
}

/** What runs, what ran before, and the newest beside them stay: there must be something to go back to. */
async function forgetOld(host: ServiceHost, keep: number, { previous }: Shifted): Promise<void> {
  const running = [...(await host.running()).values()].map(({ release }) => release);
  const needed = new Set([...running, ...previous.map(({ release }) => release)]);
  const others = [...new Set((await host.kept()).map(({ release }) => release))].filter((one) => !needed.has(one));
  await host.discard(new Set(others.slice(keep)));
}
