import type { Static } from '@sinclair/typebox';
import type { MetricName, Reading } from '../../../projections/queries/metric-samples';
import { filled, quantiles } from '../../../projections/queries/series-math';
import { Problem } from '../../problem';
import type { MetricHistory } from '../../read-side';
import { route, type Route } from '../../route';
import { metricNames, metricSeries, seriesQuery } from './series-schema';
import { checkPoints, spanOf, type Span } from './span';

const tag = 'metrics';

const names = route({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetricNames',
  permission: 'system:read',
  tag,
  summary: 'What the processes measure, by name',
  description: 'Everything of Ymera itself, and of each process its CPU, memory and event loop.',
  responses: { 200: { description: 'All that was measured lately.', schema: metricNames } },
  problems: ['unavailable'],
  handler: async ({ deps }) => ({ body: { metrics: await deps.metricHistory.names() } }),
});

const series = route({
  method: 'get',
  path: '/metrics/series',
  operationId: 'getMetricSeries',
  permission: 'system:read',
  tag,
  summary: 'A metric over time, of all processes',
  description:
    'Gauges as means, counters as rates, quantiles out of histograms. Processes are told apart by `role`; where they can not be summed up ' +
    '(gauges, and counters as they stand) by `instance` too. Metrics are sampled every `METRICS_SAMPLE_SECONDS` and kept for ' +
    '`METRICS_RETENTION_DAYS`.',
  query: seriesQuery,
  responses: { 200: { description: 'The largest series.', schema: metricSeries } },
  problems: ['metric_not_found', 'invalid_reading', 'invalid_span', 'unavailable'],
  async handler({ query, deps: { metricHistory } }) {
    const span = spanOf(query);
    const step = query.step ?? Math.max(1, Math.ceil(span.seconds / 100));
    checkPoints(span, step, query.limit);
    const metric = await metricHistory.find(query.name);
    if (!metric) throw new Problem('metric_not_found', `no process measures ${query.name}`);
    const how = readingOf(metric, query);
    const found = await read(metricHistory, metric, query, how, span, step);
    const { quantile = null } = query;
    const told = { name: query.name, type: metric.type, rate: how === 'rate', quantile, step, ...found };
    return { body: { ...told, from: span.from.toISOString(), to: span.to.toISOString() } };
  },
});

type Query = Static<typeof seriesQuery>;

/** @throws Problem `invalid_reading` */
function readingOf({ name, type, bounds }: MetricName, { name: asked, rate, quantile }: Query): Reading {
  const refuse = (message: string, parameter: string): Problem =>
    new Problem('invalid_reading', message, [{ pointer: `/${parameter}`, message: 'does not go with this metric' }]);
  const wholeHistogram = type === 'histogram' && asked === name;
  if (quantile === undefined) {
    if (wholeHistogram)
      throw refuse(`${name} is a histogram: ask for a quantile, ${name}_count or ${name}_sum`, 'name');
    if (type !== 'gauge') return rate === false ? 'latest' : 'rate';
    if (rate === true) throw refuse(`${name} is a gauge, and has no rate`, 'rate');
    return 'mean';
  }
  if (!wholeHistogram) throw refuse(`${asked} is no histogram, and has no quantiles`, 'quantile');
  if (rate !== undefined) throw refuse('a quantile is no rate', 'rate');
  if (bounds === undefined) throw new Problem('metric_not_found', `nothing of ${name} was measured yet`);
  return 'growth';
}

async function read(
  history: MetricHistory,
  { bounds = [] }: MetricName,
  query: Query,
  reading: Reading,
  span: Span,
  step: number,
) {
  const { from, to } = span;
  const by = query.by === undefined ? null : query.by.split(',').filter((name) => name !== '');
  const asked = { reading, from, to, step, limit: query.limit };
  if (query.quantile === undefined) {
    const { series: lines, total } = await history.read({ ...asked, name: query.name, by });
    const end = Math.min(to.getTime(), Date.now());
    return { total, series: reading === 'rate' ? lines.map((line) => filled(line, step, end)) : lines };
  }
  const { series: buckets, total } = await history.read({
    ...asked,
    name: `${query.name}_bucket`,
    by: by && [...by, 'le'],
  });
  return { total, series: quantiles(buckets, bounds, query.quantile) };
}

export const seriesRoutes: Route[] = [names, series];
