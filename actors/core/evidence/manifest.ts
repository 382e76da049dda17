import { Type, type Static } from '@sinclair/typebox';

/** What an evidence bundle says of itself; see docs/evidence-format.md. */

const hash = Type.RegExp(/^[0-9a-f]{64}$/);
const keyId = Type.RegExp(/^[0-9a-f]{16}$/);
const text = Type.String({ minLength: 1, maxLength: 1000 });
const sequence = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const nullable = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);
const exactly = { additionalProperties: false };

export const head = Type.Object({ agent: text, sequence, hash }, exactly);

/** What was asked for. */
export const exportScope = Type.Union([
  Type.Object({ type: Type.Literal('agent'), agent: text }, exactly),
  Type.Object({ type: Type.Literal('run'), run: text }, exactly),
  Type.Object(
    {
      type: Type.Literal('ledger'),
      /** Moments, ISO 8601: `from <= time < to`. */
      from: Type.Optional(text),
      to: Type.Optional(text),
      principal: Type.Optional(text),
      agent: Type.Optional(text),
      kind: Type.Optional(text),
    },
    exactly,
  ),
]);
export type ExportScope = Static<typeof exportScope>;

/** Whether it is only some of each agent's records that were asked for. */
export function isPartial(scope: ExportScope): boolean {
  return scope.type === 'ledger' && [scope.from, scope.to, scope.principal].some((part) => part !== undefined);
}

const segment = Type.Object({ from: sequence, to: sequence }, exactly);
/** Records without a gap between them, from one to another. */
export type Segment = Static<typeof segment>;

const exportedAgent = Type.Object(
  {
    agent: text,
    kind: text,
    status: text,
    /** Where its records are: `agents/1`, `agents/2`, … */
    directory: Type.RegExp(/^agents\/[1-9][0-9]*$/),
    /** Which records are there, ascending. */
    segments: Type.Array(segment),
    /** Where its chain stood when the export was made. */
    last: Type.Object({ sequence, hash }, exactly),
  },
  exactly,
);
export type ExportedAgent = Static<typeof exportedAgent>;

const exportedFile = Type.Object({ path: text, sha256: hash, bytes }, exactly);
export type ExportedFile = Static<typeof exportedFile>;

export const manifestSchema = Type.Object(
  {
    format: Type.Literal('ymera-evidence/1'),
    exportId: text,
    /** ISO 8601 */
    createdAt: text,
    /** The principal who asked for it. */
    createdBy: text,
    installation: text,
    /** Of the key that signs it. */
    keyId,
    scope: exportScope,
    /** Every file of the bundle but the manifest and its signature, in the order in which they were written. */
    files: Type.Array(exportedFile),
    agents: Type.Array(exportedAgent),
  },
  exactly,
);
export type Manifest = Static<typeof manifestSchema>;

export const manifestSignatureSchema = Type.Object(
  { keyId, algorithm: Type.Literal('Ed25519'), signature: Type.String({ maxLength: 100 }) },
  exactly,
);
export type ManifestSignature = Static<typeof manifestSignatureSchema>;

/** One run of an agent's workflow, as Temporal had it. */
const exportedHistory = Type.Object(
  {
    runId: text,
    previousRunId: nullable(text),
    nextRunId: nullable(text),
    closed: Type.Boolean(),
    firstSequence: sequence,
    lastSequence: sequence,
    sha256: hash,
    bytes,
    sdkVersion: Type.String({ maxLength: 1000 }),
    buildId: Type.String({ maxLength: 1000 }),
    bundleSha256: nullable(Type.String({ maxLength: 64 })),
    encrypted: Type.Boolean(),
    path: text,
  },
  exactly,
);
export const exportedHistories = Type.Array(exportedHistory);
export type ExportedHistory = Static<typeof exportedHistory>;

/** A line of `checkpoints.ndjson`: one signed head, and what leads from it to the signature. */
export const exportedHead = Type.Object(
  {
    body: Type.Record(Type.String(), Type.Unknown()),
    head,
    proof: Type.Object(
      { checkpoint: sequence, leaf: sequence, size: sequence, path: Type.Array(hash, { maxItems: 64 }) },
      exactly,
    ),
    signature: Type.String({ maxLength: 100 }),
  },
  exactly,
);
export type ExportedHead = Static<typeof exportedHead>;

/** A line of `agents/<n>/tombstones.ndjson`. */
export const exportedTombstone = Type.Object(
  { body: Type.Record(Type.String(), Type.Unknown()), signature: Type.String({ maxLength: 100 }) },
  exactly,
);
