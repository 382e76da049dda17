import { setTimeout as delay } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import { median, type Samples } from '../../actors/performance/compare';
import { metric, sampleCount } from '../../actors/performance/config';
import { measureAll, withValues } from '../metrics/measure';
import { action, ActionError } from './action';

const input = Type.Object(
  {
    metrics: Type.Array(metric, { minItems: 1, maxItems: 20 }),
    samples: sampleCount,
    every: Type.Number({ description: 'Seconds between values.', minimum: 0.05, maximum: 3600, default: 15 }),
  },
  { additionalProperties: false },
);

/** For each value that is wanted, as many more may fail. */
const triesForEach = 2;

export const metricsMeasure = action({
  name: 'metrics.measure',
  title: 'Measure',
  description:
    'Takes values of metrics for a while: of Prometheus, a latency, or CPU and memory of a process or container.',
  input,
  output: Type.Object({
    samples: Type.Record(Type.String(), Type.Array(Type.Number())),
    medians: Type.Record(Type.String(), Type.Number()),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 86_400,
  plan: async ({ metrics, samples, every }) => ({ measures: metrics, samples, every }),

  async run({ metrics, samples: wanted, every }, { signal, settings }) {
    let samples: Samples = {};
    const missing = () => metrics.filter(({ name }) => (samples[name]?.length ?? 0) < wanted);
    for (let tries = 0; missing().length > 0; tries += 1) {
      if (tries === wanted * triesForEach) {
        const names = missing().map(({ name }) => name);
        throw new ActionError('not_measured', `too few values of ${names.join(', ')}`, { samples });
      }
      if (tries > 0) await delay(every * 1000, undefined, { signal });
      const asked = missing();
      samples = withValues(samples, asked, await measureAll(asked, signal, settings));
    }
    const medians = Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]));
    return { samples, medians };
  },
});
