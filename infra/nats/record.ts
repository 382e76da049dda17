import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { EventRecord } from '../../actors/core/event';

const text = Type.String({ minLength: 1, maxLength: 1_000 });
const hash = Type.String({ pattern: '^[0-9a-f]{64}$' });

const schema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: text,
  source: Type.String({ pattern: '^/agents/[^\\s\\u0000-\\u001f]+$', maxLength: 300 }),
  type: Type.String({ pattern: '^ymera(\\.[A-Za-z0-9_-]+){2}$', maxLength: 300 }),
  time: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' }),
  datacontenttype: Type.Literal('application/json'),
  data: Type.Unknown(),
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  messagetype: Type.Union([Type.Literal('EVENT'), Type.Literal('NOTIFICATION'), Type.Literal('RESPONSE')]),
  commandid: text,
  principal: text,
  prevhash: hash,
  hash,
});

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The event record in a message's payload, or null where it is none. Its hash is not checked here. */
export function parseRecord(payload: Uint8Array): EventRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    return null;
  }
  if (!Value.Check(schema, value) || Number.isNaN(Date.parse(value.time))) return null;
  return value.id === `${value.source.slice('/agents/'.length)}:${value.sequence}` ? value : null;
}
