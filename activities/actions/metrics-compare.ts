import { Type } from '@sinclair/typebox';
import { compareSamples, isBetter } from '../../actors/performance/compare';
import { alpha, metric, minEffect } from '../../actors/performance/config';
import { action, ActionError } from './action';
import { failField } from './fields';

const samples = Type.Record(Type.String(), Type.Array(Type.Number(), { maxItems: 60 }));

export const metricsCompare = action({
  name: 'metrics.compare',
  title: 'Compare measurements',
  description:
    'Whether what was measured after a change is better: a Mann-Whitney test for each metric, corrected for their number, and a ' +
    'least effect. Better is: something is, and nothing is worse.',
  input: Type.Object(
    {
      metrics: Type.Array(metric, { minItems: 1, maxItems: 20 }),
      before: samples,
      after: samples,
      alpha,
      min_effect: minEffect,
      fail: failField,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ better: Type.Boolean(), changes: Type.Array(Type.Unknown()) }),
  effect: 'read',
  idempotent: true,
  timeout: 10,
  plan: async ({ metrics, alpha: chance, min_effect }) => ({
    compares: metrics.map(({ name, better }) => ({ name, better })),
    alpha: chance,
    min_effect,
  }),

  async run({ metrics, before, after, alpha: chance, min_effect, fail }) {
    const changes = compareSamples(metrics, before, after, { alpha: chance, minEffect: min_effect });
    const better = isBetter(changes);
    if (fail && !better) {
      const shown = changes.map(
        ({ metric: name, verdict, change }) => `${name} ${verdict} (${Math.round(change * 100)} %)`,
      );
      throw new ActionError('not_better', `it is not better: ${shown.join(', ')}`, { better, changes });
    }
    return { better, changes };
  },
});
