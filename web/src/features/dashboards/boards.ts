import type { Unit } from './units';

/** What is asked for of the metrics: a name, and of a histogram a quantile. */
export interface SeriesQuery {
  metric: string;
  quantile?: number;
  /** Labels that tell its lines apart, parted by commas; all are summed up where it is empty. */
  by: string;
  /** Where a chart asks for several. */
  label?: string;
}

/** Of the web vitals that browsers have told. */
export type VitalName = 'LCP' | 'INP' | 'CLS' | 'FCP' | 'TTFB' | 'FID';

export type Chart = { title: string; unit: Unit } & ({ series: readonly SeriesQuery[] } | { vital: VitalName });

export interface Board {
  title: string;
  charts: readonly Chart[];
}

const quantilesOf = (metric: string): SeriesQuery[] =>
  [0.5, 0.95, 0.99].map((quantile) => ({ metric, quantile, by: '', label: `p${quantile * 100}` }));

/** The boards by the name in their address. A chart is one line here. */
export const boards = {
  security: {
    title: 'Security',
    charts: [
      {
        title: 'Beyond a rate limit, by class',
        unit: 'perSecond',
        series: [{ metric: 'ymera_rate_limited_total', by: 'class' }],
      },
      {
        title: 'Turned away, by code',
        unit: 'perSecond',
        series: [{ metric: 'ymera_auth_failures_total', by: 'code' }],
      },
      {
        title: 'Violations of the content security policy, by directive',
        unit: 'perSecond',
        series: [{ metric: 'ymera_csp_reports_total', by: 'directive' }],
      },
      {
        title: 'Limits counted by each process alone (1: Redis is away)',
        unit: 'count',
        series: [{ metric: 'ymera_rate_limit_fallback', by: 'role' }],
      },
      {
        title: 'Deliveries to hooks, by outcome',
        unit: 'perSecond',
        series: [{ metric: 'ymera_hook_deliveries_total', by: 'outcome' }],
      },
      {
        title: 'Records that the ledger refused',
        unit: 'perSecond',
        series: [{ metric: 'ymera_ledger_faults_total', by: '' }],
      },
      {
        title: 'Chain faults found before signing',
        unit: 'perSecond',
        series: [{ metric: 'ymera_chain_faults_total', by: '' }],
      },
      {
        title: 'Checkpoints not yet anchored outside',
        unit: 'count',
        series: [{ metric: 'ymera_anchor_lag_checkpoints', by: 'anchor' }],
      },
    ],
  },
  performance: {
    title: 'Performance',
    charts: [
      { title: 'Largest contentful paint', unit: 'milliseconds', vital: 'LCP' },
      { title: 'Interaction to next paint', unit: 'milliseconds', vital: 'INP' },
      { title: 'Layout shift', unit: 'shift', vital: 'CLS' },
      { title: 'Time to first byte', unit: 'milliseconds', vital: 'TTFB' },
      { title: 'API latency', unit: 'seconds', series: quantilesOf('ymera_http_request_duration_seconds') },
      {
        title: 'API latency by route, p95',
        unit: 'seconds',
        series: [{ metric: 'ymera_http_request_duration_seconds', quantile: 0.95, by: 'route' }],
      },
      { title: 'Agents: time of an Update', unit: 'seconds', series: quantilesOf('ymera_agent_update_seconds') },
      { title: 'WebSockets open', unit: 'count', series: [{ metric: 'ymera_ws_sockets', by: '' }] },
      {
        title: 'WebSockets: one event handed to all',
        unit: 'seconds',
        series: quantilesOf('ymera_ws_broadcast_seconds'),
      },
      {
        title: 'WebSockets: age of an event when it is sent',
        unit: 'seconds',
        series: quantilesOf('ymera_ws_event_age_seconds'),
      },
      {
        title: 'WebSockets closed as too slow, and frames dropped',
        unit: 'perSecond',
        series: [
          { metric: 'ymera_ws_closed_slow_total', by: '', label: 'closed' },
          { metric: 'ymera_ws_frames_dropped_total', by: '', label: 'dropped' },
        ],
      },
    ],
  },
  agents: {
    title: 'Agents',
    charts: [
      { title: 'Agents, by status', unit: 'count', series: [{ metric: 'ymera_agents', by: 'status' }] },
      { title: 'Events, by kind', unit: 'perSecond', series: [{ metric: 'ymera_events_projected_total', by: 'kind' }] },
      { title: 'Commands, by outcome', unit: 'perSecond', series: [{ metric: 'ymera_commands_total', by: 'outcome' }] },
      {
        title: 'Config changes, by kind',
        unit: 'perSecond',
        series: [{ metric: 'ymera_config_changes_total', by: 'kind' }],
      },
      {
        title: 'Checkpoints mirrored, by outcome',
        unit: 'perSecond',
        series: [{ metric: 'ymera_checkpoints_total', by: 'outcome' }],
      },
      {
        title: 'Checkpoints: time to mirror one',
        unit: 'seconds',
        series: quantilesOf('ymera_checkpoint_duration_seconds'),
      },
      {
        title: 'State by kind, p95',
        unit: 'bytes',
        series: [{ metric: 'ymera_agent_state_bytes', quantile: 0.95, by: 'kind' }],
      },
      { title: 'Runs under way, by status', unit: 'count', series: [{ metric: 'ymera_runs_active', by: 'status' }] },
      {
        title: 'Runs ended, by outcome',
        unit: 'perSecond',
        series: [{ metric: 'ymera_runs_ended_total', by: 'outcome' }],
      },
      { title: 'Approvals waiting', unit: 'count', series: [{ metric: 'ymera_approvals_waiting', by: '' }] },
      {
        title: 'Checkpoints signed',
        unit: 'perSecond',
        series: [{ metric: 'ymera_checkpoints_signed_total', by: '' }],
      },
    ],
  },
  system: {
    title: 'System',
    charts: [
      {
        title: 'CPU by process (100%: one core)',
        unit: 'cores',
        series: [{ metric: 'process_cpu_seconds_total', by: 'role' }],
      },
      { title: 'Memory by process', unit: 'bytes', series: [{ metric: 'process_resident_memory_bytes', by: 'role' }] },
      {
        title: 'Event-loop lag by process, p99',
        unit: 'seconds',
        series: [{ metric: 'nodejs_eventloop_lag_p99_seconds', by: 'role' }],
      },
      {
        title: 'Heap in use by process',
        unit: 'bytes',
        series: [{ metric: 'nodejs_heap_size_used_bytes', by: 'role' }],
      },
      {
        title: 'Requests, by status',
        unit: 'perSecond',
        series: [{ metric: 'ymera_http_request_duration_seconds_count', by: 'status' }],
      },
      { title: 'Commands waiting in the API', unit: 'count', series: [{ metric: 'ymera_commands_waiting', by: '' }] },
      {
        title: 'Projector: messages behind',
        unit: 'count',
        series: [{ metric: 'ymera_projector_lag_messages', by: '' }],
      },
      { title: 'Event to ledger', unit: 'seconds', series: quantilesOf('ymera_projector_delay_seconds') },
      {
        title: 'Events published, by outcome',
        unit: 'perSecond',
        series: [{ metric: 'ymera_events_published_total', by: 'outcome' }],
      },
      {
        title: 'Postgres connections, by state',
        unit: 'count',
        series: [{ metric: 'ymera_db_pool_connections', by: 'state' }],
      },
      {
        title: 'Activities, by outcome',
        unit: 'perSecond',
        series: [{ metric: 'ymera_activity_duration_seconds_count', by: 'outcome' }],
      },
    ],
  },
} as const satisfies Record<string, Board>;

export type BoardName = keyof typeof boards;
export const boardNames = Object.keys(boards) as BoardName[];

/** What of a chart processes have told of; null where none of it. A histogram is told of under its own name. */
export function measuredPart(chart: Chart, known: ReadonlySet<string>): Chart | null {
  if ('vital' in chart) return chart;
  const isKnown = (metric: string): boolean => known.has(metric) || known.has(metric.replace(/_(count|sum)$/, ''));
  const series = chart.series.filter(({ metric }) => isKnown(metric));
  return series.length === 0 ? null : { ...chart, series };
}
