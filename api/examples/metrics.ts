/** Examples of the OpenAPI document: metrics. They are data, and nothing else. */

export const metricExamples = {
  vital: {
    name: 'LCP',
    value: 812.4,
    id: 'v5-1795790407000-2345678901234',
    sessionId: '7f0e7c1c-0ab5-4ab1-9d0a-5d6f2a3f9f10',
    rating: 'good',
    timestamp: 1795790407000,
    url: 'https://ymera.example/agents/shop/config',
  },
  vitalAccepted: { accepted: true },
  names: {
    metrics: [
      {
        name: 'ymera_http_request_duration_seconds',
        type: 'histogram',
        help: 'Time from a request to its answer.',
        seenAt: '2026-11-27T15:00:00.000Z',
      },
    ],
  },
  series: {
    name: 'ymera_http_request_duration_seconds',
    type: 'histogram',
    from: '2026-11-27T14:00:00.000Z',
    to: '2026-11-27T15:00:00.000Z',
    step: 60,
    rate: false,
    quantile: 0.95,
    total: 1,
    series: [{ labels: { route: '/api/v1/agents' }, points: [[1795788000000, 0.0043]] }],
  },
  vitals: {
    from: '2026-11-26T15:00:00.000Z',
    to: '2026-11-27T15:00:00.000Z',
    step: null,
    vitals: [
      {
        name: 'LCP',
        page: '/agents/:id/config',
        time: '2026-11-26T15:00:00.000Z',
        count: 40,
        p50: 640,
        p75: 812.4,
        p95: 2710,
        ratings: { good: 0.9, 'needs-improvement': 0.1, poor: 0 },
      },
    ],
  },
};
