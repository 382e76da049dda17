import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { verdictNames } from '../../../actors/core/evidence/verdicts';
import type { VerificationState } from '../../../projections/queries/verifications';
import { verificationExamples } from '../../examples/verification';
import { nextCursor, pageQuery } from '../../pages';
import { agentId } from '../../schemas';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const maybe = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const count = Type.Integer({ minimum: 0 });

const verdict = Type.Object(
  {
    verdict: stringEnum<'pass' | 'fail' | 'not_checkable'>(['pass', 'fail', 'not_checkable'], {}),
    code: Type.Optional(Type.String({ description: 'Of a `fail`: what kind of fault it is.' })),
    agent: Type.Optional(Type.String()),
    sequence: Type.Optional(Type.Integer({ description: 'Of the first bad record.' })),
    runId: Type.Optional(Type.String({ description: "Temporal's id of the run whose raw history it concerns." })),
    message: Type.Optional(Type.String({ description: 'Why it is not `pass`.' })),
  },
  { $id: 'Verdict' },
);

const verdicts = Type.Object(Object.fromEntries(verdictNames.map((name) => [name, verdict])), {
  description: 'See docs/adr/0016-four-verdicts.md for what each of them says.',
});

const covered = Type.Object(
  {
    records: count,
    from: count,
    to: count,
    tombstonesTo: Type.Integer({ description: 'Up to there signed tombstones stand for records that have expired.' }),
    runs: Type.Integer({ description: 'Raw histories that were read.' }),
    checkpoints: Type.Integer({ description: 'Signed heads that agree with the records.' }),
    signedTo: Type.Integer({ description: 'Sequence of the last of them: what comes after it nobody has signed yet.' }),
  },
  { description: 'What the verdicts are about.' },
);

const result = { agent: Type.String(), kind: Type.String(), verdicts, covered };

export const agentVerdicts = Type.Object(
  { verification: Type.String({ format: 'uuid' }), ...result },
  { $id: 'AgentVerdicts', examples: [verificationExamples.verdicts] },
);

/** Exactly one of the three. */
export const verifyBody = Type.Object(
  {
    all: Type.Optional(Type.Literal(true, { description: 'All agents, and the chain of all checkpoints.' })),
    kind: Type.Optional(Type.String({ description: 'The agents of one kind.', pattern: '^[a-z][a-z0-9-]{0,62}$' })),
    agents: Type.Optional(Type.Array(agentId, { minItems: 1, maxItems: 1000, uniqueItems: true })),
  },
  { ...strict, minProperties: 1, maxProperties: 1, examples: [verificationExamples.order] },
);

const states: VerificationState[] = ['waiting', 'running', 'done', 'cancelled', 'failed'];

const summary = {
  id: Type.String({ format: 'uuid' }),
  scope: Type.Unknown({ description: 'As it was asked for.' }),
  requestedBy: Type.String(),
  requestedAt: time,
  state: stringEnum<VerificationState>(states, {}),
  error: maybe(Type.String()),
  startedAt: maybe(time),
  endedAt: maybe(time),
  progress: Type.Object({
    agents: maybe(Type.Integer({ description: 'How many there are to verify, as soon as that is known.' })),
    done: count,
    records: count,
  }),
  failed: Type.Integer({ description: 'Agents of which a verdict is `fail`.' }),
  notCheckable: Type.Integer({ description: 'Agents of which one is `not_checkable` and none `fail`.' }),
  checkpoints: Type.Unknown({
    description:
      'Where all agents of the installation or of a kind are verified: whether the checkpoints follow each other.',
  }),
};

export const verificationSchema = Type.Object(
  {
    ...summary,
    results: Type.Array(Type.Object(result), {
      description:
        'Those that failed come first. Where no agents were named, only those that did not pass, 1000 at most.',
    }),
  },
  { $id: 'Verification', examples: [verificationExamples.verification] },
);

export const verificationPage = Type.Object(
  { verifications: Type.Array(Type.Object(summary)), next: nextCursor },
  { $id: 'VerificationPage', examples: [verificationExamples.page] },
);

export const verificationsQuery = Type.Object(pageQuery, strict);

export const verificationParams = Type.Object(
  { id: Type.String({ format: 'uuid', examples: [verificationExamples.verification.id] }) },
  strict,
);
