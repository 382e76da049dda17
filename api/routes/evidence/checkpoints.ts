import { Type } from '@sinclair/typebox';
import { demandReach } from '../../access/authorize';
import { evidenceExamples } from '../../examples/evidence';
import { checkCursor, linkHeader, nextCursor, pageQuery, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { agentId } from '../../schemas';

const tag = 'evidence';
const strict = { additionalProperties: false };
const hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const keyId = Type.String({ description: 'First 16 hex digits of the SHA-256 of the public key.' });
const base64 = Type.String({ contentEncoding: 'base64' });
const time = Type.String({ format: 'date-time' });
const orNull = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Union([schema, Type.Null()]);
/** As Postgres counts them, and a cursor holds them. */
const number = Type.Integer({ minimum: 1, maximum: 999_999_999 });

const checkpoint = Type.Object(
  {
    number,
    body: Type.String({ description: 'The text that is signed: RFC 8785 canonical JSON, `ymera-checkpoint/1`.' }),
    hash: Type.String({ description: 'SHA-256 of `body`, which the next checkpoint names.' }),
    keyId,
    signature: base64,
  },
  { $id: 'Checkpoint' },
);

const listKeys = route({
  method: 'get',
  path: '/evidence/keys',
  operationId: 'listEvidenceKeys',
  permission: 'signed-in',
  tag,
  summary: 'The public keys by which evidence is signed',
  description:
    'In the order in which they were made; each but the first is vouched for by the one before. Ed25519. Compare the first ' +
    'one with what the owner of the installation has told you by other ways.',
  responses: {
    200: {
      description: 'All keys, those that sign no more too.',
      schema: Type.Object(
        {
          keys: Type.Array(
            Type.Object(
              {
                keyId,
                publicKey: base64,
                createdAt: time,
                retiredAt: orNull(time),
                vouchedBy: orNull(keyId),
                voucher: orNull(base64),
              },
              { $id: 'EvidenceKey' },
            ),
          ),
        },
        { examples: [evidenceExamples.keys] },
      ),
    },
  },
  problems: ['unavailable'],
  handler: async ({ deps }) => ({ body: { keys: await deps.signedEvidence.keys() } }),
});

const list = route({
  method: 'get',
  path: '/evidence/checkpoints',
  operationId: 'listCheckpoints',
  permission: 'evidence:verify',
  tag,
  summary: 'Signed checkpoints of the heads of all chains',
  query: Type.Object(pageQuery, strict),
  responses: {
    200: {
      description: 'A page, newest first.',
      schema: Type.Object(
        { checkpoints: Type.Array(checkpoint), next: nextCursor },
        { $id: 'CheckpointPage', examples: [evidenceExamples.checkpointPage] },
      ),
      headers: linkHeader,
    },
  },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['number']);
    return pageReply('/evidence/checkpoints', query, await deps.signedEvidence.checkpoints(query.limit, query.cursor));
  },
});

const one = route({
  method: 'get',
  path: '/evidence/checkpoints/{number}',
  operationId: 'getCheckpoint',
  permission: 'evidence:verify',
  tag,
  summary: 'One checkpoint, with the proof that an agent’s head is under its root',
  params: Type.Object({ number }, strict),
  query: Type.Object({ agent: Type.Optional(agentId) }, strict),
  responses: {
    200: {
      description: 'With `head` and `proof` where an agent is asked for: a Merkle inclusion proof as in RFC 6962.',
      schema: Type.Composite(
        [
          checkpoint,
          Type.Object({
            head: Type.Optional(Type.Object({ agent: agentId, sequence: Type.Integer({ minimum: 1 }), hash })),
            proof: Type.Optional(
              Type.Object({
                checkpoint: number,
                leaf: Type.Integer({ minimum: 0 }),
                size: Type.Integer({ minimum: 1 }),
                path: Type.Array(hash, { description: 'The lowest first.' }),
              }),
            ),
          }),
        ],
        { $id: 'ProvenCheckpoint', examples: [evidenceExamples.provenCheckpoint] },
      ),
    },
  },
  problems: ['checkpoint_not_found', 'unavailable'],
  async handler({ params, query: { agent }, principal, deps }) {
    if (agent !== undefined) demandReach(principal, agent);
    const found = await deps.signedEvidence.checkpoint(params.number);
    if (found === null) throw new Problem('checkpoint_not_found', `there is no checkpoint ${params.number}`);
    if (agent === undefined) return { body: found };
    const proven = await deps.signedEvidence.proof(params.number, agent);
    if (proven === null) {
      throw new Problem('checkpoint_not_found', `checkpoint ${params.number} has no head of agent ${agent}`);
    }
    return { body: { ...found, ...proven } };
  },
});

const listAnchors = route({
  method: 'get',
  path: '/evidence/anchors',
  operationId: 'listAnchors',
  permission: 'evidence:verify',
  tag,
  summary: 'How far the checkpoints are copied to places outside',
  responses: {
    200: {
      description: 'One for each place that is set; none where nothing is anchored.',
      schema: Type.Object(
        {
          anchors: Type.Array(
            Type.Object(
              {
                name: Type.Unsafe<string>({ type: 'string', enum: ['file', 'git', 'webhook'] }),
                checkpoint: Type.Integer({ description: 'The last one that is there; 0 for none.', minimum: 0 }),
                anchoredAt: orNull(time),
                fault: orNull(Type.String({ description: 'Why the last try failed.' })),
                failedAt: orNull(time),
              },
              { $id: 'Anchor' },
            ),
          ),
        },
        { examples: [evidenceExamples.anchors] },
      ),
    },
  },
  problems: ['unavailable'],
  handler: async ({ deps }) => ({ body: { anchors: await deps.signedEvidence.anchors() } }),
});

export const checkpointRoutes: Route[] = [listKeys, list, one, listAnchors];
