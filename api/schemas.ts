import { Type } from '@sinclair/typebox';
import type { AgentHealth } from '../actors/core/health';
import { edgeAgentId } from '../actors/edge/edge';
import { policyAgentId } from '../actors/policy/policy';
import { agentExamples, eventExamples } from './examples/agents';

/** Parts that more than one resource speaks of. Those with an `$id` are components of the OpenAPI document. */

export const agentIdPattern = '^[a-z0-9][a-z0-9-]{0,62}$';

export const agentId = Type.String({ description: 'Id of an agent.', pattern: agentIdPattern, examples: ['shop'] });

/** Ids that Ymera itself needs for what it makes begin with one of these. */
const ownIds = `${policyAgentId}$|${edgeAgentId}$|hook-|target-|launch-`;

export const chosenId = Type.String({
  description: `Of your choice; \`${policyAgentId}\`, \`${edgeAgentId}\` and what begins with \`hook-\`, \`target-\` or \`launch-\` are Ymera's own.`,
  pattern: `^(?!${ownIds})[a-z0-9][a-z0-9-]{0,62}$`,
});

/** Names a property that one of several forms of an object demands. */
export const demands = (property: string) => ({ properties: { [property]: {} }, required: [property] });

export const agentParams = Type.Object({ id: agentId }, { additionalProperties: false });

export const sequence = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const ifMatchHeader = Type.Optional(
  Type.String({
    description: 'The `ETag` that the caller has read: 412 where there is another version by now. `*` matches any.',
    maxLength: 200,
  }),
);

/** Of what has a version: 304 where the caller has it already. */
export const readHeaders = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({ description: 'The `ETag` that the caller has: 304 where it is still so.', maxLength: 1000 }),
  ),
});

export const idempotencyHeader = Type.Optional(
  Type.String({
    description:
      'Makes a retry harmless: the same key from the same caller is applied once, and answered as the first time.',
    pattern: '^[\\x21-\\x7e]{1,100}$',
  }),
);

export const traceHeader = Type.Optional(
  Type.String({ description: 'W3C trace context; kept in the events, and ignored where it is none.', maxLength: 200 }),
);

export const traceHeaders = Type.Object({ traceparent: traceHeader });

export const keyHeaders = Type.Object({ 'idempotency-key': idempotencyHeader });

export const writeHeaders = Type.Object({ 'idempotency-key': idempotencyHeader, traceparent: traceHeader });

export const configWriteHeaders = Type.Object({
  'if-match': ifMatchHeader,
  'idempotency-key': idempotencyHeader,
  traceparent: traceHeader,
});

const hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const time = Type.String({ format: 'date-time' });
const status = Type.Unsafe<'running' | 'stopped'>({ type: 'string', enum: ['running', 'stopped'] });

export const eventRecord = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    id: Type.String({ description: '`{agentId}:{sequence}`' }),
    source: Type.String({ description: '`/agents/{agentId}`' }),
    type: Type.String({ description: '`ymera.{kind}.{EventName}`' }),
    time,
    datacontenttype: Type.Literal('application/json'),
    data: Type.Unknown(),
    sequence,
    messagetype: Type.Unsafe<string>({ type: 'string', enum: ['EVENT', 'NOTIFICATION', 'RESPONSE'] }),
    commandid: Type.String(),
    principal: Type.String(),
    reason: Type.Optional(Type.String()),
    traceparent: Type.Optional(Type.String()),
    prevhash: hash,
    hash,
  },
  {
    $id: 'EventRecord',
    description: "CloudEvents 1.0 JSON with Ymera's extension attributes.",
    examples: [eventExamples.event],
  },
);

export const agent = Type.Object(
  {
    id: agentId,
    kind: Type.String(),
    name: Type.String(),
    status,
    state: Type.Unknown(),
    config: Type.Unknown(),
    configVersion: Type.Integer({ minimum: 0 }),
    sequence: Type.Integer({ minimum: 0 }),
    hash,
    createdAt: Type.Optional(time),
    updatedAt: time,
    forkedFrom: Type.Optional(
      Type.Object(
        { agent: agentId, sequence, hash },
        { description: 'Where it was forked from; `hash` is of that record.' },
      ),
    ),
    consistency: Type.Unsafe<string>({
      type: 'string',
      enum: ['live', 'snapshot', 'ledger', 'history'],
      description: 'From where it was read: the agent itself, its mirror, the read side, or folded from its events.',
    }),
  },
  { $id: 'Agent', examples: [agentExamples.agent] },
);

const agentHealth = Type.Object(
  {
    status: Type.Unsafe<AgentHealth['status']>({ type: 'string', enum: ['unknown', 'well', 'degraded', 'failing'] }),
    targets: Type.Integer({ description: 'How many it watches.', minimum: 0 }),
    failing: Type.Integer({ minimum: 0 }),
    mending: Type.Integer({ description: 'Those that something is being done about.', minimum: 0 }),
  },
  {
    $id: 'AgentHealth',
    description: 'How that stands which the agent looks after; null where its kind looks after nothing.',
  },
);

export const agentSummary = Type.Object(
  {
    id: agentId,
    kind: Type.String(),
    name: Type.String(),
    status,
    configVersion: Type.Integer(),
    sequence,
    hash,
    createdAt: time,
    updatedAt: time,
    lastEventType: Type.String(),
    health: Type.Union([agentHealth, Type.Null()]),
  },
  { $id: 'AgentSummary' },
);

export const jsonPatch = Type.Array(
  Type.Object({
    op: Type.Unsafe<string>({ type: 'string', enum: ['add', 'remove', 'replace', 'move'] }),
    path: Type.String(),
    from: Type.Optional(Type.String()),
    value: Type.Optional(Type.Unknown()),
  }),
  { $id: 'JsonPatch', description: 'RFC 6902.' },
);
