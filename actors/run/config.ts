import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';
import type { Guards, Trigger } from '../core/launch';
import { stringEnum } from '../core/string-enum';
import { runbookDocument, type RunbookDocument } from '../runbook/document';

const optional = Type.Optional(Type.String({ maxLength: 500 }));

const trigger = Type.Unsafe<Trigger>(
  Type.Object(
    {
      type: stringEnum(['api', 'agent', 'schedule', 'webhook', 'run'], {}),
      agent: optional,
      issue: optional,
      target: optional,
      schedule: optional,
      hook: optional,
      delivery: optional,
      run: optional,
      step: optional,
      depth: Type.Optional(Type.Integer({ maximum: 10 })),
    },
    { additionalProperties: false },
  ),
);

/** Where its beginning comes from, when it is not a new one. */
const lineage = Type.Object(
  {
    type: Type.Union([Type.Literal('retry'), Type.Literal('rerun'), Type.Literal('fork')]),
    of: Type.String(),
    /** Of a fork: the record of the other run up to which the two are one. */
    at: Type.Optional(Type.Object({ sequence: Type.Integer({ minimum: 1 }), hash: Type.String() })),
    /** Those in whose name the runs before were; no approval may come from them either. */
    askedBy: Type.Array(Type.String()),
    /** By path: outputs of the steps that are done already. */
    done: Type.Record(Type.String(), Type.Unknown()),
    /** Paths that are not to be done at all, and why. */
    skip: Type.Record(Type.String(), Type.String()),
  },
  { additionalProperties: false },
);

const guards = Type.Unsafe<Guards>(
  Type.Object(
    {
      cooldown: Type.Optional(Type.Number()),
      maxRuns: Type.Optional(Type.Integer()),
      window: Type.Optional(Type.Number()),
    },
    { additionalProperties: false },
  ),
);

/**
 * What a run begins with, all of it pinned for good: a run's config never changes. Durations are seconds.
 * Made by `temporal/launcher.ts` only.
 */
export const runConfig = Type.Object(
  {
    ...baseConfig,
    runbook: Type.Object({ name: Type.String(), version: Type.Integer(), hash: Type.String() }),
    document: Type.Unsafe<RunbookDocument>(runbookDocument),
    input: Type.Record(Type.String(), Type.Unknown()),
    trigger,
    /** The person or part in whose name it runs; none of its approvals may come from here. */
    startedBy: Type.String(),
    targets: Type.Array(Type.String()),
    /** At most this many runs of one group at once. */
    concurrency: Type.Optional(
      Type.Object({ group: Type.String(), limit: Type.Integer(), queue: Type.Optional(Type.String()) }),
    ),
    guards,
    /** Why it may not run at all, found before it began. */
    veto: Type.Optional(
      Type.Object({ code: Type.String(), reason: Type.String(), until: Type.Optional(Type.String()) }),
    ),
    lineage: Type.Optional(lineage),
  },
  { additionalProperties: false },
);

export type RunConfig = Omit<Static<typeof runConfig>, 'document'> & { document: RunbookDocument };
