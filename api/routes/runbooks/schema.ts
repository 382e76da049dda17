import { Type } from '@sinclair/typebox';
import { runbookExamples } from '../../examples/runs';
import { nextCursor } from '../../pages';
import { jsonPatch } from '../../schemas';
import { input, reason, runbookName, version } from '../runs/schema';

const strict = { additionalProperties: false };

export const runbookDocument = Type.Object(
  {},
  { description: 'By `GET runbooks/schema`.', examples: [runbookExamples.document] },
);

/** `source` or `document`: a text keeps its comments, and its faults name their lines. */
export const newRunbook = Type.Union(
  [
    Type.Object({ source: Type.String({ description: 'YAML or JSON.', minLength: 1 }), reason }, strict),
    Type.Object({ document: runbookDocument, reason }, strict),
  ],
  { examples: [runbookExamples.newRunbook] },
);

export const runbookParams = Type.Object({ name: runbookName }, strict);
export const versionQuery = Type.Object({ version: Type.Optional(version) }, strict);
export const diffQuery = Type.Object({ from: version, to: version }, strict);
export const planBody = Type.Object(
  { version: Type.Optional(version), input: Type.Optional(input) },
  { ...strict, examples: [runbookExamples.planBody] },
);

const summary = {
  name: runbookName,
  version,
  description: Type.String(),
  hash: Type.String({ description: 'Of the document.' }),
  createdBy: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  reason: Type.Union([Type.String(), Type.Null()]),
};

export const runbookSummary = Type.Object(summary, { $id: 'RunbookSummary' });
export const runbookVersionPage = Type.Object(
  { versions: Type.Array(runbookSummary), next: nextCursor },
  { $id: 'RunbookVersionPage', examples: [runbookExamples.versionPage] },
);
export const runbookPage = Type.Object(
  { runbooks: Type.Array(runbookSummary), next: nextCursor },
  { $id: 'RunbookPage', examples: [runbookExamples.runbookPage] },
);
export const runbook = Type.Object(
  {
    ...summary,
    document: runbookDocument,
    source: Type.String({ description: 'The text that it was made of.' }),
  },
  { $id: 'Runbook', examples: [runbookExamples.runbook] },
);
export const saved = Type.Object(
  { name: runbookName, version, hash: Type.String(), created: Type.Boolean({ description: 'It is a new version.' }) },
  { $id: 'RunbookSaved', examples: [runbookExamples.saved] },
);
export const linted = Type.Object(
  { valid: Type.Literal(true), name: runbookName, hash: Type.String(), document: runbookDocument },
  { $id: 'RunbookLinted', examples: [runbookExamples.linted] },
);
export const runbookDiff = Type.Object(
  { from: version, to: version, diff: jsonPatch },
  {
    $id: 'RunbookDiff',
    description: 'What leads from one version of the document to the other.',
    examples: [runbookExamples.diff],
  },
);
