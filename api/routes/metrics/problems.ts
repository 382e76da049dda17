import type { ProblemKind } from '../../problems';

/** What is wrong with samples, and with how metrics are asked for. */
export const metricProblems = {
  invalid_vital: {
    status: 422,
    title: 'Invalid web vital',
    meaning:
      'The sample is of no page of this server, too old or yet to come, or larger than it can be; `errors` says which.',
  },
  metric_not_found: {
    status: 404,
    title: 'Metric not found',
    meaning: 'No process measures that; `GET /api/v1/metrics` lists what there is.',
  },
  invalid_reading: {
    status: 422,
    title: 'Invalid reading',
    meaning: 'The metric can not be read so: rates are of counters, quantiles of histograms.',
  },
  invalid_span: {
    status: 422,
    title: 'Invalid span',
    meaning: 'The times are in the wrong order or too far apart, or more points were asked for than one answer holds.',
  },
} as const satisfies Record<string, ProblemKind>;
