import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import type { SeriesQuery, VitalName } from './boards';
import { aligned, labelsOf, type Aligned, type Line } from './lines';
import { refreshes, windowOf, type Viewing, type Window } from './time-span';

/** Lines of one chart: the largest. */
const mostLines = 8;
/** Web vitals are taken together by the minute at least, in seconds. */
const leastVitalStep = 60;

/** Looked at again as often as the reader wants it, and not while the page is not seen. */
const again = ({ refresh }: Viewing) => ({ refetchInterval: refreshes[refresh] || (false as const), staleTime: 0 });

/** What processes have told that they measure. */
export const metricNamesQuery = queryOptions({
  queryKey: ['metrics', 'names'],
  queryFn: async () => new Set((await unwrap(api.GET('/api/v1/metrics'))).metrics.map(({ name }) => name)),
  refetchInterval: 60_000,
});

/** What a chart of metrics shows. */
export const seriesQuery = (series: readonly SeriesQuery[], viewing: Viewing) =>
  queryOptions({
    queryKey: ['metrics', 'series', series, viewing.span],
    queryFn: async (): Promise<Aligned> => {
      const window = windowOf(viewing.span, Date.now());
      const lines = await Promise.all(series.map((one) => linesOf(one, window)));
      return aligned(lines.flat(), window);
    },
    ...again(viewing),
  });

async function linesOf({ metric, quantile, by, label }: SeriesQuery, window: Window): Promise<Line[]> {
  const query = { name: metric, by, limit: mostLines, ...window, ...(quantile === undefined ? {} : { quantile }) };
  const { series } = await unwrap(api.GET('/api/v1/metrics/series', { params: { query } }));
  const labels = labelsOf(
    series.map((one) => one.labels),
    label,
  );
  return series.map(({ points }, i) => ({ label: labels[i] ?? '', points: points as [number, number][] }));
}

/** A web vital over time, all pages together: p50, p75 and p95. */
export const vitalQuery = (name: VitalName, viewing: Viewing) =>
  queryOptions({
    queryKey: ['metrics', 'vital', name, viewing.span],
    queryFn: async (): Promise<Aligned> => {
      const window = windowOf(viewing.span, Date.now(), leastVitalStep);
      const query = { name, pages: 'together' as const, ...window };
      const { vitals } = await unwrap(api.GET('/api/v1/metrics/frontend', { params: { query } }));
      const lines = (['p50', 'p75', 'p95'] as const).map((label) => ({
        label,
        points: vitals.map((at): [number, number] => [Date.parse(at.time), at[label]]),
      }));
      return aligned(vitals.length === 0 ? [] : lines, window);
    },
    ...again(viewing),
  });

/** All web vitals by page, over the whole time. */
export const vitalsByPageQuery = (viewing: Viewing) =>
  queryOptions({
    queryKey: ['metrics', 'vitals', viewing.span],
    queryFn: async () => {
      const { from, to } = windowOf(viewing.span, Date.now(), leastVitalStep);
      return (await unwrap(api.GET('/api/v1/metrics/frontend', { params: { query: { from, to } } }))).vitals;
    },
    ...again(viewing),
  });

/** The numbers of now. */
export const systemInfoQuery = (viewing: Viewing) =>
  queryOptions({
    queryKey: ['system-info'],
    queryFn: () => unwrap(api.GET('/api/v1/system/info')),
    ...again(viewing),
  });
