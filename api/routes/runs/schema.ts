import { Type } from '@sinclair/typebox';
import { runbookNamePattern } from '../../../actors/runbook/document';
import { runOutcomes } from '../../../actors/run/events';
import type { RunStatus } from '../../../actors/run/state';
import { stringEnum } from '../../../actors/core/string-enum';
import { runbookExamples, runExamples } from '../../examples/runs';
import { nextCursor, pageQuery } from '../../pages';
import { agentId, agentIdPattern, chosenId, demands, sequence } from '../../schemas';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const maybeTime = orNull(time);
const maybeText = orNull(Type.String());

export const runbookName = Type.String({ pattern: runbookNamePattern, examples: ['greet'] });
export const version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
export const reason = Type.Optional(Type.String({ description: 'Why; kept in the events.', maxLength: 1000 }));
export const input = Type.Record(Type.String(), Type.Unknown(), { description: 'As the runbook declares it.' });

const runId = Type.String({ description: 'Id of a run.', pattern: agentIdPattern, examples: ['greet-1'] });

export const runParams = Type.Object({ id: runId }, strict);
const stepPath = Type.String({
  description: 'Path of a step, such as `roll[2].restart`.',
  pattern: '^[A-Za-z0-9_.\\[\\]-]{1,500}$',
  examples: ['ask'],
});
export const stepParams = Type.Object({ id: runId, path: stepPath }, strict);

const status = stringEnum<RunStatus>(['starting', 'running', 'paused', 'undoing', 'verifying', ...runOutcomes], {});

const filterText = Type.Optional(Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]*$' }));

export const listQuery = Type.Object(
  {
    status: Type.Optional(status),
    runbook: filterText,
    target: filterText,
    agent: filterText,
    started_by: filterText,
    attention: Type.Optional(Type.Boolean({ description: 'Those that wait for a person.' })),
    ...pageQuery,
  },
  strict,
);

const runSummary = Type.Object(
  {
    id: agentId,
    name: Type.String(),
    runbook: Type.String(),
    version,
    status,
    phase: Type.String(),
    startedBy: Type.String(),
    trigger: Type.String(),
    agent: maybeText,
    targets: Type.Array(Type.String()),
    createdAt: time,
    startedAt: maybeTime,
    endedAt: maybeTime,
    errorCode: maybeText,
    sequence,
    attention: Type.Boolean({ description: 'A person is waited for.' }),
    parent: maybeText,
    lineageOf: maybeText,
  },
  { $id: 'RunSummary' },
);

export const runPage = Type.Object(
  { runs: Type.Array(runSummary), next: nextCursor },
  { $id: 'RunPage', examples: [runExamples.runPage] },
);

const stepError = orNull(Type.Object({ code: Type.String(), message: Type.String() }));

const step = Type.Object(
  {
    path: Type.String(),
    status: Type.String(),
    attempt: Type.Integer(),
    action: maybeText,
    startedAt: time,
    endedAt: maybeTime,
    output: Type.Unknown(),
    error: stepError,
    until: maybeTime,
    reason: maybeText,
    child: maybeText,
  },
  { $id: 'RunStep' },
);

export const run = Type.Object(
  {
    id: agentId,
    name: Type.String(),
    runbook: Type.Object({ name: Type.String(), version, hash: Type.String() }),
    status,
    phase: Type.String(),
    startedBy: Type.String(),
    trigger: Type.Object({ type: Type.String() }),
    input: Type.Object({}),
    targets: Type.Array(Type.Object({ key: Type.String(), agent: maybeText, status: Type.String() })),
    steps: Type.Array(step, { description: 'Those that were reached.' }),
    approvals: Type.Array(Type.Object({ path: Type.String(), status: Type.String(), planHash: Type.String() })),
    pausedBy: maybeText,
    cancel: orNull(
      Type.Object({ by: Type.String(), undo: Type.Boolean(), pending: Type.Optional(Type.Literal(true)) }),
    ),
    error: stepError,
    output: Type.Unknown(),
    sequence,
    hash: Type.String(),
    createdAt: time,
    updatedAt: time,
    startedAt: maybeTime,
    endedAt: maybeTime,
    lineage: orNull(
      Type.Object({
        type: Type.String(),
        of: Type.String(),
        at: Type.Optional(Type.Object({ sequence, hash: Type.String() }, { description: 'Of a fork.' })),
      }),
    ),
  },
  {
    $id: 'Run',
    description: 'Its whole story is in its events: it is an agent of that id.',
    examples: [runExamples.run],
  },
);

export const newRun = Type.Object(
  {
    runbook: runbookName,
    version: Type.Optional(version),
    input: Type.Optional(input),
    id: Type.Optional(chosenId),
    reason,
    dry_run: Type.Optional(Type.Boolean({ description: 'Answers with what would be done; nothing is.' })),
  },
  { ...strict, examples: [runExamples.newRun] },
);

export const noteBody = Type.Object({ reason }, { ...strict, examples: [runExamples.note] });
export const cancelBody = Type.Object(
  { undo: Type.Optional(Type.Boolean({ description: 'Take back what was done, the last first.' })), reason },
  { ...strict, examples: [runExamples.cancel] },
);
export const skipBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000 }) },
  { ...strict, examples: [runExamples.skip] },
);
export const retryBody = Type.Object(
  {
    step: Type.Optional(stepPath),
    skip: Type.Optional(
      Type.Array(Type.Object({ step: stepPath, reason: Type.String({ minLength: 1, maxLength: 1000 }) }, strict), {
        maxItems: 200,
      }),
    ),
    reason,
  },
  { ...strict, examples: [runExamples.retry] },
);
export const rerunBody = Type.Object(
  { input: Type.Optional(input), version: Type.Optional(version), reason },
  { ...strict, examples: [runExamples.rerun] },
);
export const answerBody = Type.Object(
  {
    answer: stringEnum(['approve', 'deny'], {}),
    planHash: Type.Optional(
      Type.String({ description: 'Of the plan that was looked at; to agree demands it.', pattern: '^[0-9a-f]{64}$' }),
    ),
    reason,
  },
  {
    ...strict,
    anyOf: [{ properties: { answer: { const: 'deny' } } }, demands('planHash')],
    examples: [runExamples.answer],
  },
);

export const plan = Type.Object(
  {
    runbook: Type.Object({ name: Type.String(), version, hash: Type.String() }),
    targets: Type.Array(Type.String()),
    veto: orNull(
      Type.Object(
        { code: Type.String(), reason: Type.String(), until: Type.Optional(Type.String()) },
        {
          description: 'Why it would not be allowed to run now.',
        },
      ),
    ),
    steps: Type.Array(Type.Object({ path: Type.String(), kind: Type.String(), reached: Type.String() })),
    planHash: Type.String(),
  },
  {
    $id: 'RunPlan',
    description: 'What a run would do, as far as it can be known. Nothing of it has been done.',
    examples: [runbookExamples.plan],
  },
);

export const logsQuery = Type.Object(
  {
    after: Type.Integer({
      description: 'The last position known.',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
    }),
    limit: Type.Integer({ minimum: 1, maximum: 2000, default: 500 }),
    step: Type.Optional(stepPath),
    follow: Type.Optional(Type.Boolean({ description: 'As NDJSON, one line each, until the run has ended.' })),
  },
  strict,
);

export const logLine = Type.Object(
  {
    position: Type.Integer({ minimum: 1 }),
    path: Type.String(),
    attempt: Type.Integer(),
    stream: stringEnum(['stdout', 'stderr', 'info'], {}),
    time,
    text: Type.String(),
    cut: Type.Boolean({ description: 'It says that the rest was not kept.' }),
  },
  { $id: 'RunLogLine' },
);

export const logPage = Type.Object(
  {
    lines: Type.Array(logLine),
    position: Type.Integer({ description: '`after` for what follows.' }),
    more: Type.Boolean({ description: 'There was more at that moment.' }),
  },
  { $id: 'RunLogPage', examples: [runExamples.logPage] },
);
