import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { keepingExamples as examples } from '../../examples/keeping';
import { nextCursor, pageQuery } from '../../pages';
import { agentId, sequence } from '../../schemas';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });
const orNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) => Type.Union([schema, Type.Null()]);
const reason = Type.String({ description: 'Why; it comes on record.', minLength: 1, maxLength: 500 });
const className = Type.String({ description: 'As `RETENTION_CLASSES` names it.', pattern: '^[a-z][a-z0-9-]{0,31}$' });

export const retentionChoice = Type.Object(
  { class: className, reason },
  { ...strict, examples: [examples.retentionChoice] },
);

export const retention = Type.Object(
  {
    agent: agentId,
    class: className,
    days: orNull(Type.Integer({ description: 'How long records are kept; null for ever.', minimum: 1 })),
    reason: orNull(Type.String()),
    setBy: orNull(Type.String()),
    setAt: orNull(time),
    expiredTo: Type.Integer({ description: 'The last event that is gone; 0 where all are there.', minimum: 0 }),
    held: Type.Boolean({ description: 'A legal hold keeps the rest, whatever the class says.' }),
  },
  { $id: 'Retention', examples: [examples.retention] },
);

export const holdParams = Type.Object({ id: Type.String({ format: 'uuid' }) }, strict);
export const newHold = Type.Object({ agent: agentId, reason }, { ...strict, examples: [examples.newHold] });
export const holdRelease = Type.Object({ reason }, { ...strict, examples: [examples.release] });

export const hold = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    agent: agentId,
    reason: Type.String(),
    placedBy: Type.String(),
    placedAt: time,
    releasedBy: orNull(Type.String()),
    releasedAt: orNull(time),
    releaseReason: orNull(Type.String()),
  },
  { $id: 'LegalHold', examples: [examples.hold] },
);

export const holdPage = Type.Object(
  { holds: Type.Array(hold), next: nextCursor },
  { $id: 'LegalHoldPage', examples: [examples.holdPage] },
);

export const holdQuery = Type.Object(
  {
    ...pageQuery,
    agent: Type.Optional(agentId),
    released: Type.Boolean({ description: 'Those that are no more in force too.', default: false }),
  },
  strict,
);

export const faultQuery = Type.Object(pageQuery, strict);

export const faultPage = Type.Object(
  {
    faults: Type.Array(
      Type.Object(
        { sequence: count, fault: Type.String(), detail: Type.String(), seenAt: time },
        { $id: 'LedgerFault' },
      ),
    ),
    next: nextCursor,
  },
  { $id: 'LedgerFaultPage', examples: [examples.faultPage] },
);

const place = Type.Object({ agent: agentId, from: sequence }, strict);

export const rebuildRequest = Type.Object(
  {
    agent: Type.Optional(agentId),
    dryRun: Type.Boolean({ description: 'Looks, and changes nothing.', default: false }),
    after: Type.Optional(Type.Object(place.properties, { ...strict, description: '`next` of the call before.' })),
  },
  { ...strict, examples: [examples.rebuildRequest] },
);

const report = Type.Object(
  {
    agent: Type.String(),
    from: sequence,
    to: Type.Integer({ description: '`from - 1` where nothing was compared.', minimum: 0 }),
    missing: Type.Integer({ description: 'Records that the history has and the ledger had not.', minimum: 0 }),
    repaired: Type.Integer({ description: 'Those of them that were added.', minimum: 0 }),
    different: Type.Integer({ description: 'Records of which each has another one; never overwritten.', minimum: 0 }),
    extra: Type.Integer({ description: 'Records that only the ledger has; the first 100 are counted.', minimum: 0 }),
    differences: Type.Array(
      Type.Object({
        sequence,
        difference: stringEnum(['missing', 'different', 'extra']),
        repaired: Type.Boolean(),
      }),
      { description: 'The first 100.' },
    ),
    faults: Type.Integer({ description: 'Records that were refused: `GET agents/{id}/faults`.', minimum: 0 }),
    unreadable: Type.Union([Type.String(), Type.Null()], {
      description: 'Why the history could not be read to its end.',
    }),
    next: Type.Union([sequence, Type.Null()], { description: 'Where it goes on: the time did not suffice.' }),
  },
  { $id: 'LedgerReport' },
);

export const rebuilt = Type.Object(
  { agents: Type.Array(report), next: orNull(place) },
  { $id: 'RebuiltLedger', examples: [examples.rebuilt] },
);
