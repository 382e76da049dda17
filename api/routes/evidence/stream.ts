import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { ledgerStart } from '../../../projections/queries/ledger-order';
import { parseCursor } from '../../../projections/queries/cursor';
import { demand } from '../../access/authorize';
import { eventExamples } from '../../examples/agents';
import { ledgerLines } from '../../ledger-stream';
import { checkCursor } from '../../pages';
import { route } from '../../route';
import { agentId, eventRecord } from '../../schemas';
import { ndjson } from '../events/ndjson';

const cursorParts = ['bigint', 'bigint'] as const;
const filterText = Type.Optional(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' }));

const streamQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        description: 'Of the last line that was taken; from the first record where it is left out.',
        maxLength: 200,
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ description: 'Most records; none where it is left out.', minimum: 1, maximum: 1_000_000 }),
    ),
    follow: Type.Boolean({ description: 'Go on with what comes, for 10 minutes at most.', default: false }),
    agent: Type.Optional(agentId),
    kind: filterText,
    type: filterText,
  },
  { additionalProperties: false },
);

const streamLine = Type.Object(
  {
    cursor: Type.String({ description: 'What to go on with after this line.' }),
    record: Type.Optional(eventRecord),
    heartbeat: Type.Optional(
      Type.String({ description: 'Nothing is left up to here; when that was so.', format: 'date-time' }),
    ),
  },
  { $id: 'LedgerLine', examples: [eventExamples.ledgerLine] },
);

export const stream = route({
  method: 'get',
  path: '/evidence/stream',
  operationId: 'streamLedger',
  permission: 'audit:read',
  tag: 'evidence',
  summary: 'The records of all agents as NDJSON, from a cursor on',
  description:
    'For systems that collect logs. Lines are in the order of the ledger; who goes on with the cursor of the last line misses none and ' +
    'gets none twice. A line without `record` is a heartbeat: every 15 s while following, and at the end of what there is.',
  query: streamQuery,
  responses: { 200: { description: 'A stream.', line: streamLine } },
  problems: ['invalid_cursor', 'too_many_streams', 'unavailable'],
  async handler({ query: { cursor, limit = Infinity, follow, ...filter }, principal, gone, record, deps }) {
    checkCursor(cursor, cursorParts);
    const [txid, ordinal] = parseCursor(cursor, cursorParts) ?? [ledgerStart.txid, ledgerStart.ordinal];
    const left = gone();
    deps.places.streams.take(principal.subject, left);
    const mayStill = async (): Promise<void> => demand(await deps.access.renew(principal), 'audit:read');
    await record({
      type: 'LedgerStreamed',
      detail: { ...filter, follow: String(follow), ...(cursor ? { cursor } : {}) },
    });
    const order = { after: { txid, ordinal }, filter, limit, follow };
    return { body: Readable.from(ledgerLines(deps.ledger, order, left, mayStill)), type: ndjson };
  },
});
