import { Type } from '@sinclair/typebox';
import { action, ActionError } from '../action';
import { failField } from '../fields';
import { askInstance } from './health-gate';
import { hostOf } from './places';
import { healthField, placeField, serviceField } from './service';

const orNull = Type.Union([Type.String(), Type.Null()]);

export const deployStatus = action({
  name: 'deploy.status',
  title: 'What runs of a service',
  description: 'Tells which release each instance runs, and asks each of them whether it is well.',
  input: Type.Object(
    {
      service: serviceField,
      on: placeField,
      health: Type.Pick(healthField, ['path'], { default: {} }),
      fail: failField,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Boolean({ description: 'Whether there are instances, and all are well.' }),
    error: orNull,
    instances: Type.Array(
      Type.Object({
        instance: Type.Integer(),
        release: Type.String(),
        version: Type.String(),
        port: Type.Integer(),
        run: Type.String({ description: 'The run that made it.' }),
        error: orNull,
      }),
    ),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 60,
  plan: async ({ service, on }) => ({ asks: service, on: on.type }),

  async run({ service, on, health, fail }, context) {
    const running = [...(await (await hostOf({ service, on }, context)).running()).values()];
    const instances = await Promise.all(
      running
        .sort((a, b) => a.instance - b.instance)
        .map(async (one) => {
          const asked = await askInstance(one.port, health, context.signal);
          return { ...one, error: asked.ok ? null : asked.error };
        }),
    );
    context.signal.throwIfAborted();
    const bad = instances.find(({ error }) => error !== null);
    const error = bad ? `instance ${bad.instance}: ${bad.error}` : instances.length === 0 ? 'none runs' : null;
    const result = { ok: error === null, error, instances };
    if (fail && error !== null) throw new ActionError('check_failed', `${service}: ${error}`, result);
    return result;
  },
});
