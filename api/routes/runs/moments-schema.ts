import { Type } from '@sinclair/typebox';
import { runMomentExamples } from '../../examples/run-moments';
import { momentText } from '../../moment';
import { chosenId, jsonPatch, sequence } from '../../schemas';
import { reason, run, runParams } from './schema';

const strict = { additionalProperties: false };
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const time = Type.String({ format: 'date-time' });
const both = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Object({ a: schema, b: schema });
const path = Type.String();
const maybeText = orNull(Type.String());
const maybeMs = orNull(Type.Number());

export const momentQuery = Type.Object({ at: Type.Optional(momentText) }, strict);

export const runMoment = Type.Object(
  {
    after: Type.Object({ sequence, time, type: Type.String(), principal: Type.String() }),
    run,
    waiting: Type.Object({
      approvals: Type.Array(Type.Object({ path, planHash: Type.String(), roles: Type.Array(Type.String()) })),
      targets: Type.Array(Type.String(), { description: 'Locks that others held.' }),
      steps: Type.Array(Type.Object({ path, status: Type.String(), until: maybeText, run: maybeText })),
    }),
    approved: Type.Array(
      Type.Object({ path, by: Type.String(), role: Type.String(), at: time, planHash: Type.String() }),
    ),
    outputs: Type.Record(Type.String(), Type.Unknown(), { description: 'Of the steps that were done, by path.' }),
  },
  {
    $id: 'RunMoment',
    description: 'What was known, waited for and approved after an event.',
    examples: [runMomentExamples.moment],
  },
);

export const diffQuery = Type.Object({ with: runParams.properties.id }, strict);

export const runDifference = Type.Object(
  {
    a: Type.Object({ id: Type.String(), sequence, hash: Type.String() }),
    b: Type.Object({ id: Type.String(), sequence, hash: Type.String() }),
    input: jsonPatch,
    runbook: Type.Object({
      a: Type.Object({ name: Type.String(), version: Type.Integer(), hash: Type.String() }),
      b: Type.Object({ name: Type.String(), version: Type.Integer(), hash: Type.String() }),
      document: jsonPatch,
    }),
    config: jsonPatch,
    branches: Type.Array(Type.Object({ path, a: maybeText, b: maybeText }), {
      description: 'Steps that went another way; null where one was not reached.',
    }),
    outputs: Type.Array(Type.Object({ path, diff: jsonPatch })),
    approvals: both(Type.Array(Type.Object({ path, status: Type.String(), by: Type.Array(Type.String()) }))),
    timings: Type.Object({
      totalMs: both(maybeMs),
      steps: Type.Array(Type.Object({ path, a: maybeMs, b: maybeMs })),
    }),
    outcome: Type.Object({
      status: both(Type.String()),
      error: both(orNull(Type.Object({ code: Type.String(), message: Type.String() }))),
      output: jsonPatch,
    }),
  },
  {
    $id: 'RunDiff',
    description: 'What leads from run `a`, the one asked about, to run `b`.',
    examples: [runMomentExamples.diff],
  },
);

export const forkBody = Type.Object(
  {
    at: Type.Union([sequence, Type.String({ format: 'date-time', maxLength: 40 })], {
      description: 'After which event, by its sequence, or at what time.',
    }),
    id: Type.Optional(chosenId),
    reason,
  },
  { ...strict, examples: [runMomentExamples.fork] },
);
