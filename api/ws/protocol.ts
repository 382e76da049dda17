import { Type, type Static } from '@sinclair/typebox';
import { parse } from 'secure-json-parse';
import { eventAgent, eventName, type EventRecord } from '../../actors/core/event';
import { momentText } from '../moment';
import { Problem } from '../problem';
import { agentIdPattern } from '../schemas';
import { validator } from '../validator';

/** What clients and the hub say to each other over `/ws`. One JSON object per text frame. */

const subscribe = Type.Object(
  {
    op: Type.Literal('subscribe'),
    /** `*` for all of them. */
    agents: Type.Array(Type.String({ pattern: `^\\*$|${agentIdPattern}` }), { minItems: 1, maxItems: 1000 }),
    /** `ymera.{kind}.{EventName}` or the name alone; all types where it is empty or left out. */
    types: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 })),
    /** A position that an earlier frame carried; events after it follow without a gap. */
    since: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  { additionalProperties: false },
);
const logs = Type.Object(
  {
    op: Type.Literal('logs'),
    run: Type.String({ pattern: agentIdPattern }),
    /** The last line that is known already: those after it follow without a gap. */
    after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  { additionalProperties: false },
);
const unlogs = Type.Object(
  { op: Type.Literal('unlogs'), run: Type.String({ pattern: agentIdPattern }) },
  { additionalProperties: false },
);
const replayName = Type.String({ minLength: 1, maxLength: 100 });
const replay = Type.Object(
  {
    op: Type.Literal('replay'),
    agent: Type.String({ pattern: agentIdPattern }),
    from: Type.Optional(momentText),
    to: Type.Optional(momentText),
    /** How many times as fast as it happened. */
    speed: Type.Number({ minimum: 0.1, maximum: 1000, default: 1 }),
    /** What its frames call it; the agent's id where it is left out. */
    replay: Type.Optional(replayName),
  },
  { additionalProperties: false },
);
const replayOps = ['replay_pause', 'replay_resume', 'replay_stop'] as const;
const replayControl = Type.Object(
  { op: Type.Unsafe<(typeof replayOps)[number]>({ type: 'string', enum: [...replayOps] }), replay: replayName },
  { additionalProperties: false },
);
const bare = Type.Object(
  { op: Type.Unsafe<'unsubscribe' | 'ping'>({ type: 'string', enum: ['unsubscribe', 'ping'] }) },
  { additionalProperties: false },
);

export type Subscribe = Static<typeof subscribe>;
export type FollowLogs = Static<typeof logs>;
export type PlayHistory = Static<typeof replay>;
export type ControlReplay = Static<typeof replayControl>;
export type ClientMessage =
  Subscribe | FollowLogs | PlayHistory | ControlReplay | Static<typeof unlogs> | Static<typeof bare>;

const checkSubscribe = validator(subscribe, 'the message', 'invalid_body', false);
const checkBare = validator(bare, 'the message', 'invalid_body', false);
const checkReplayControl = validator(replayControl, 'the message', 'invalid_body', false);
const checks = new Map<string, (value: unknown) => void>([
  ['subscribe', checkSubscribe],
  ['logs', validator(logs, 'the message', 'invalid_body', false)],
  ['unlogs', validator(unlogs, 'the message', 'invalid_body', false)],
  ['replay', validator(replay, 'the message', 'invalid_body', false)],
  ...replayOps.map((op) => [op, checkReplayControl] as const),
]);

/** @throws Problem `invalid_message` */
export function parseMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = parse(text);
    const op = (value as { op?: unknown } | null)?.op;
    (checks.get(op as string) ?? checkBare)(value);
  } catch (error) {
    const fields = error instanceof Problem ? error.fields : [];
    throw new Problem('invalid_message', error instanceof Problem ? error.message : 'the message is not JSON', fields);
  }
  return value as ClientMessage;
}

/** Whether a subscription is for a record. */
export function filterOf({ agents, types }: Subscribe): (record: EventRecord) => boolean {
  const wantedAgents = agents.includes('*') ? null : new Set(agents);
  const wantedTypes = types?.length ? new Set(types) : null;
  return (record) =>
    (wantedAgents === null || wantedAgents.has(eventAgent(record))) &&
    (wantedTypes === null || wantedTypes.has(record.type) || wantedTypes.has(eventName(record)));
}

/** The frame of an error; it carries what a problem would. */
export function errorFrame(problem: Problem): Buffer {
  const { code, message, fields } = problem;
  return frameOf({ op: 'error', code, message, ...(fields.length > 0 ? { errors: fields } : {}) });
}

export function frameOf(message: object): Buffer {
  return Buffer.from(JSON.stringify(message));
}
