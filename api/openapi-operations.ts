import { dependencyNames } from './dependencies';
import { headerRefs, plainRefusals } from './openapi-refusals';

type Json = Record<string, unknown>;

const health = { type: 'string', enum: ['ok', 'degraded', 'down'] };
const readiness = {
  type: 'object',
  required: ['status', 'dependencies'],
  properties: {
    status: { ...health, description: '`down`: no command can be accepted. `degraded`: not everything works.' },
    dependencies: {
      type: 'object',
      required: [...dependencyNames],
      properties: Object.fromEntries(dependencyNames.map((name) => [name, health])),
    },
  },
};
const stopping = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { const: 'stopping', description: 'The process was told to end: send it nobody any more.' },
  },
};
const ready = { temporal: 'ok', nats: 'ok', redis: 'ok', postgres: 'ok' };

/** What `operations.ts` serves outside of `/api/v1`, by path. The WebSocket is no call: it is not among them. */
export function operationsDescribed(): Record<string, Json> {
  return {
    '/healthz': described('getHealth', 'Whether the process lives', {
      200: json(
        'It does.',
        { type: 'object', required: ['status'], properties: { status: { const: 'ok' } } },
        { status: 'ok' },
      ),
    }),
    '/readyz': described('getReadiness', 'Whether commands can be accepted, and how each server does', {
      200: json('They can.', readiness, { status: 'ok', dependencies: ready }),
      503: json(
        'They can not, or the process was told to end.',
        { anyOf: [readiness, stopping] },
        { status: 'down', dependencies: { ...ready, temporal: 'down' } },
      ),
    }),
    '/metrics': described('getMetrics', 'Metrics of this process', {
      200: {
        description: 'In the text format of Prometheus.',
        headers: headerRefs([]),
        content: { 'text/plain': { schema: { type: 'string' }, example: 'ymera_ws_sockets 0' } },
      },
    }),
  };
}

function described(operationId: string, summary: string, responses: Json): Json {
  const get = {
    operationId,
    summary,
    tags: ['operations'],
    security: [],
    parameters: [],
    responses: { ...plainRefusals(), ...responses },
  };
  return { get };
}

function json(description: string, schema: Json, example: Json): Json {
  return { description, headers: headerRefs([]), content: { 'application/json': { schema, example } } };
}
