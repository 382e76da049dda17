import { Type, type Static } from '@sinclair/typebox';
import type { FieldError } from '../core/errors';
import { Pattern } from '../runbook/pattern';

const strict = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9][a-z0-9-]*$' });

const source = Type.Union([
  Type.Object(
    {
      type: Type.Literal('file'),
      path: Type.String({ description: 'Below the folders that the worker may read.', minLength: 1, maxLength: 4096 }),
    },
    { ...strict, title: 'File' },
  ),
  Type.Object(
    { type: Type.Literal('container'), container: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$' }) },
    { ...strict, title: 'Container' },
  ),
  Type.Object(
    {
      type: Type.Literal('journald'),
      unit: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,254}$' })),
    },
    { ...strict, title: 'Journal of systemd' },
  ),
]);

export const sourceRunbook = Type.Object(
  {
    runbook: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    input: Type.Record(Type.String(), Type.Unknown(), { default: {} }),
    cooldown: Type.Number({
      description: 'Seconds after its beginning in which no other one begins.',
      minimum: 0,
      maximum: 86_400,
      default: 300,
    }),
  },
  strict,
);

const log = Type.Object(
  {
    name,
    source,
    from: Type.Union([Type.Literal('end'), Type.Literal('beginning')], {
      description: 'Where it begins with a log that it does not know.',
      default: 'end',
    }),
    patterns: Type.Array(
      Type.Object(
        {
          name,
          pattern: Type.String({
            description: 'RE2: no look-around, no back-references.',
            minLength: 1,
            maxLength: 500,
          }),
        },
        strict,
      ),
      { description: 'What is told of whenever it begins to come.', maxItems: 50, default: [] },
    ),
    new_patterns: Type.Boolean({ description: 'Whether lines such as none before are told of.', default: true }),
    learn_lines: Type.Integer({ description: 'Lines before that.', minimum: 0, maximum: 10_000_000, default: 1000 }),
    spikes: Type.Boolean({ description: 'Whether far more of one kind of line than usual is told of.', default: true }),
    window: Type.Number({
      description: 'Seconds in which lines are counted.',
      minimum: 0.1,
      maximum: 3600,
      default: 10,
    }),
    redact: Type.Array(Type.String({ pattern: '^secret://[a-z0-9][a-z0-9_-]{0,62}$' }), {
      description: 'Secrets that may stand in it, beside what looks like one.',
      maxItems: 50,
      default: [],
    }),
    remediation: Type.Optional(sourceRunbook),
  },
  strict,
);

export const logsConfig = Type.Array(log, {
  title: 'Logs',
  description: 'What is read as it is written, and told of where it is unusual.',
  default: [],
  maxItems: 20,
});

export type LogConfig = Static<typeof log>;

/** What a JSON Schema can't say: names are unique, and patterns can be read. */
export function checkLogs(logs: LogConfig[]): FieldError[] {
  return logs.flatMap(({ name: own, patterns }, index) => {
    const faults: FieldError[] = [];
    const first = logs.findIndex((other) => other.name === own);
    if (first < index) faults.push({ pointer: `/logs/${index}/name`, message: `there is another log ${own}` });
    patterns.forEach(({ pattern }, at) => {
      const message = faultOf(pattern);
      if (message !== null) faults.push({ pointer: `/logs/${index}/patterns/${at}/pattern`, message });
    });
    return faults;
  });
}

function faultOf(pattern: string): string | null {
  try {
    new Pattern(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
