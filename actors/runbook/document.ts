import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { stringEnum } from '../core/string-enum';

/** The shape of a runbook document. What a JSON Schema can't say is in `check.ts`. */

const strict = { additionalProperties: false };
export const idPattern = '^[a-z][a-z0-9_]{0,62}$';
export const runbookNamePattern = '^[a-z0-9][a-z0-9-]{0,62}$';

/** `90`, `90s`, `15m`, `2h`, `7d`, `2w`, or an expression that yields one of these. */
const duration = Type.Union(
  [
    Type.Number({ minimum: 0, maximum: 31_536_000 }),
    Type.String({ pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d|w)|\\$\\{\\{[\\s\\S]*\\}\\})$', maxLength: 1000 }),
  ],
  { description: 'Seconds, or a text such as `30s`, `15m`, `2h`, `7d`.' },
);
const count = Type.Union([
  Type.Integer({ minimum: 0, maximum: 10_000 }),
  Type.String({ pattern: '^\\$\\{\\{[\\s\\S]*\\}\\}$', maxLength: 1000 }),
]);
const condition = Type.Union([Type.Boolean(), Type.String({ minLength: 1, maxLength: 2000 })], {
  description: 'A CEL expression, with or without `${{ }}`.',
});
const text = (maxLength: number): ReturnType<typeof Type.String> => Type.String({ maxLength });
const roles = Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { minItems: 1, maxItems: 20 });

/** One input of a runbook. `secret` takes references (`secret://name`) only, never the value itself. */
const inputField = Type.Object(
  {
    type: stringEnum(['string', 'integer', 'number', 'boolean', 'array', 'object', 'secret'], {}),
    description: Type.Optional(text(1000)),
    default: Type.Optional(Type.Unknown()),
    required: Type.Optional(Type.Boolean({ description: 'True where there is no default, unless it says otherwise.' })),
    enum: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 200 })),
    pattern: Type.Optional(text(500)),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    min_length: Type.Optional(Type.Integer({ minimum: 0 })),
    max_length: Type.Optional(Type.Integer({ minimum: 0 })),
    items: Type.Optional(stringEnum(['string', 'integer', 'number', 'boolean', 'object'], {})),
  },
  strict,
);

const retry = Type.Object(
  {
    attempts: count,
    backoff: Type.Optional(duration),
    factor: Type.Optional(Type.Number({ minimum: 1, maximum: 10, description: 'Growth of the pause; 2 unless told.' })),
    max_backoff: Type.Optional(duration),
  },
  { ...strict, description: 'All attempts together, and the pauses between them.' },
);

const approval = Type.Object(
  {
    message: Type.Optional(text(2000)),
    roles: Type.Optional(roles),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    reason: Type.Optional(stringEnum(['required', 'optional'], {})),
    timeout: Type.Optional(duration),
    remind: Type.Optional(duration),
    escalate: Type.Optional(Type.Object({ after: duration, roles }, strict)),
  },
  { ...strict, description: 'Who must agree before the nested steps run. Denied where nobody has answered in time.' },
);

const foreach = Type.Object(
  {
    items: Type.Union([Type.Array(Type.Unknown(), { maxItems: 1000 }), text(2000)]),
    max_parallel: Type.Optional(count),
    max_failures: Type.Optional(count),
  },
  { ...strict, description: '`max_failures`: how many items may fail; one more stops the rest.' },
);

const undo = Type.Union(
  [
    Type.Literal(true),
    Type.Object({ action: text(100), with: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }, strict),
  ],
  { description: 'True: as the action itself knows to. Or another action.' },
);

const stepSchema = (self: TSchema): TSchema =>
  Type.Object(
    {
      id: Type.String({ pattern: idPattern, description: 'Unique in the runbook.' }),
      name: Type.Optional(text(200)),
      if: Type.Optional(condition),
      timeout: Type.Optional(duration),
      retry: Type.Optional(retry),
      continue_on_error: Type.Optional(Type.Boolean()),
      action: Type.Optional(text(100)),
      with: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      undo: Type.Optional(undo),
      steps: Type.Optional(Type.Array(self, { minItems: 1, maxItems: 200 })),
      parallel: Type.Optional(Type.Array(self, { minItems: 1, maxItems: 200 })),
      foreach: Type.Optional(foreach),
      approval: Type.Optional(approval),
      wait: Type.Optional(Type.Union([duration, Type.Object({ until: text(1000) }, strict)])),
      until: Type.Optional(
        Type.Object({ condition, every: Type.Optional(duration) }, { ...strict, description: 'Polls its action.' }),
      ),
      run: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}(@\\d+)?$' })),
    },
    strict,
  );

const step = Type.Recursive((self) => stepSchema(self), { $id: 'RunbookStep' });
const steps = Type.Array(step, { minItems: 1, maxItems: 200 });

export const runbookDocument = Type.Object(
  {
    name: Type.String({ pattern: runbookNamePattern }),
    description: Type.Optional(text(4000)),
    input: Type.Optional(
      Type.Record(Type.String({ pattern: idPattern }), inputField, { maxProperties: 100, additionalProperties: false }),
    ),
    targets: Type.Optional(
      Type.Union([Type.Array(text(500), { maxItems: 200 }), text(1000)], {
        description: 'The real things it touches, such as `service:web`; locked for the whole run.',
      }),
    ),
    concurrency: Type.Optional(
      Type.Object(
        {
          group: text(200),
          limit: Type.Integer({ minimum: 1, maximum: 1000 }),
          queue: Type.Optional(stringEnum(['all', 'latest'], {})),
        },
        strict,
      ),
    ),
    guards: Type.Optional(
      Type.Object(
        {
          cooldown: Type.Optional(duration),
          max_runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
          window: Type.Optional(duration),
          max_targets: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
        },
        strict,
      ),
    ),
    timeout: Type.Optional(duration),
    on_failure: Type.Optional(stringEnum(['stop', 'undo', 'ask'], {})),
    steps,
    verify: Type.Optional(Type.Object({ settle: Type.Optional(duration), steps }, strict)),
    output: Type.Optional(Type.Record(Type.String({ pattern: idPattern }), Type.Unknown())),
  },
  { ...strict, $id: 'Runbook' },
);

export type Duration = number | string;
export type InputField = Static<typeof inputField>;
export type Approval = Static<typeof approval>;
export type Retry = Static<typeof retry>;
export type Undo = Static<typeof undo>;

/** One step: exactly one of `action`, `steps`, `parallel`, `wait`, `run`, or an `approval` alone. */
export interface Step {
  id: string;
  name?: string;
  if?: boolean | string;
  timeout?: Duration;
  retry?: Retry;
  continue_on_error?: boolean;
  action?: string;
  with?: Record<string, unknown>;
  undo?: Undo;
  /** A group; with `foreach` once for each item, with `approval` once that is given. */
  steps?: Step[];
  parallel?: Step[];
  foreach?: Static<typeof foreach>;
  approval?: Approval;
  wait?: Duration | { until: string };
  /** Polls `action` until the condition holds; the action's output is `output` in it. */
  until?: { condition: boolean | string; every?: Duration };
  run?: string;
}

export type RunbookDocument = Omit<Static<typeof runbookDocument>, 'steps' | 'verify'> & {
  steps: Step[];
  verify?: { settle?: Duration; steps: Step[] };
};
