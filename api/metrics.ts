import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Problem } from './problem';

/** What the API counts. */
export interface ApiMetrics {
  registry: Registry;
  httpDuration: Histogram<'route' | 'method' | 'status'>;
  commands: Counter<'kind' | 'outcome'>;
  sockets: Gauge;
  socketsClosedSlow: Counter;
  framesDropped: Counter;
  broadcastSeconds: Histogram;
  frameAge: Histogram;
  authFailures: Counter<'code'>;
  hookDeliveries: Counter<'hook' | 'outcome'>;
  rateLimited: Counter<'class'>;
  rateLimitFallback: Gauge;
  cspReports: Counter<'directive'>;
  webVitals: Counter<'outcome'>;
}

/** The API's metrics, in a registry. `kind` of a command is `unknown` where it made no event to tell it. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry];
  return {
    registry,
    httpDuration: new Histogram({
      name: 'ymera_http_request_duration_seconds',
      help: 'Time from a request to its answer.',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    commands: new Counter({
      name: 'ymera_commands_total',
      help: 'Commands by the kind of their agent and what became of them.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    sockets: new Gauge({ name: 'ymera_ws_sockets', help: 'Open WebSockets.', registers }),
    socketsClosedSlow: new Counter({
      name: 'ymera_ws_closed_slow_total',
      help: 'WebSockets closed because their client did not drain them.',
      registers,
    }),
    framesDropped: new Counter({
      name: 'ymera_ws_frames_dropped_total',
      help: 'Frames that clients had not taken when their WebSockets were closed for being slow.',
      registers,
    }),
    broadcastSeconds: new Histogram({
      name: 'ymera_ws_broadcast_seconds',
      help: 'Time to hand one event to all WebSockets of this process.',
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
    frameAge: new Histogram({
      name: 'ymera_ws_event_age_seconds',
      help: 'Time from an event to its being handed to all WebSockets of this process.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    }),
    authFailures: new Counter({
      name: 'ymera_auth_failures_total',
      help: 'Requests and WebSockets turned away for who asked (401) or for what they may not (403), by the code of the problem.',
      labelNames: ['code'],
      registers,
    }),
    hookDeliveries: new Counter({
      name: 'ymera_hook_deliveries_total',
      help: 'Deliveries to hooks by what became of them; `unknown` where there is no such hook.',
      labelNames: ['hook', 'outcome'],
      registers,
    }),
    rateLimited: new Counter({
      name: 'ymera_rate_limited_total',
      help: 'Requests turned away by a rate limit, by its class.',
      labelNames: ['class'],
      registers,
    }),
    rateLimitFallback: new Gauge({
      name: 'ymera_rate_limit_fallback',
      help: '1 while this process counts for its rate limits by itself, because Redis is away.',
      registers,
    }),
    cspReports: new Counter({
      name: 'ymera_csp_reports_total',
      help: 'What browsers refused because of the content security policy, by directive.',
      labelNames: ['directive'],
      registers,
    }),
    webVitals: new Counter({
      name: 'ymera_web_vitals_total',
      help: 'Web vitals by what became of them: `stored`, or `dropped` because they could not be written in time.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

/** Counts a problem where it is one of who asked. */
export function countDenied({ authFailures }: Pick<ApiMetrics, 'authFailures'>, { status, code }: Problem): void {
  if (status === 401 || status === 403) authFailures.inc({ code });
}

/** Tells how many commands wait in this process, whenever it is asked. */
export function observeQueue(registry: Registry, agents: { readonly queueDepth: number }): void {
  new Gauge({
    name: 'ymera_commands_waiting',
    help: 'Commands that wait in this process for the one before them to be answered.',
    registers: [registry],
    collect() {
      this.set(agents.queueDepth);
    },
  });
}
