import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';
import type { FieldError } from '../core/errors';
import { stringEnum } from '../core/string-enum';

const strict = { additionalProperties: false };
const moment = Type.Optional(
  Type.String({
    description: 'ISO 8601 with its offset, such as `2026-12-24T00:00:00Z`.',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?(Z|[+-]\\d{2}:\\d{2})$',
  }),
);
const timeOfDay = (description: string) => Type.String({ description, pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const glob = Type.String({ minLength: 1, maxLength: 200 });
const globs = (preset: string[], description: string) =>
  Type.Array(glob, { description, maxItems: 1000, default: preset });

/** In the order of `Date.getUTCDay`. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const weekly = Type.Object(
  {
    days: Type.Array(stringEnum([...weekdays], {}), {
      description: 'On which days it begins.',
      minItems: 1,
      maxItems: 7,
      uniqueItems: true,
    }),
    from: timeOfDay('Such as `18:00`.'),
    to: timeOfDay('On the next day where it is not later than `from`.'),
    time_zone: Type.String({
      description: 'IANA name. A freeze whose zone nobody knows always holds.',
      pattern: '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$',
      maxLength: 64,
      default: 'UTC',
    }),
  },
  strict,
);

export const freeze = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    from: moment,
    to: moment,
    weekly: Type.Optional(weekly),
    targets: globs(['*'], 'What it covers.'),
    reason: Type.String({ minLength: 1, maxLength: 1000 }),
  },
  { ...strict, description: 'A time in which nothing is changed: from and to, or one of them, or every week.' },
);

const lists = (preset: string[], title: string) =>
  Type.Object(
    {
      runbooks: globs(preset, 'Names of runbooks.'),
      actions: globs(preset, 'Names of actions, such as `file.*`.'),
      targets: globs(preset, 'Keys of targets, such as `service:*`.'),
    },
    { ...strict, title, description: '`*` stands for any characters, `?` for one.', default: {} },
  );

/** What runs may do at all. Durations are seconds. */
export const policyConfig = Type.Object(
  {
    ...baseConfig,
    freezes: Type.Array(freeze, { title: 'Freezes', maxItems: 100, default: [] }),
    allow: lists(['*'], 'Allowed'),
    deny: lists([], 'Denied, though allowed'),
    guards: Type.Object(
      {
        cooldown: Type.Optional(Type.Number({ minimum: 0, maximum: 31_536_000 })),
        max_runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
        window: Type.Optional(Type.Number({ minimum: 1, maximum: 31_536_000 })),
      },
      {
        ...strict,
        title: 'Guards',
        description: 'What holds for each target where a runbook says nothing.',
        default: {},
      },
    ),
    max_targets: Type.Integer({
      title: 'Most targets',
      description: 'How many targets one run touches at most.',
      minimum: 1,
      maximum: 10_000,
      default: 100,
    }),
  },
  { additionalProperties: false, title: 'Policy' },
);

export type PolicyConfig = Static<typeof policyConfig>;
export type Freeze = Static<typeof freeze>;
export type Weekly = Static<typeof weekly>;

/** What a JSON Schema can't say: a freeze is a span or weekly, and names are unique. */
export function checkPolicyConfig({ freezes }: PolicyConfig): FieldError[] {
  return windowFaults(freezes, '/freezes', 'a freeze');
}

/** The same of any list of such windows. @param at JSON Pointer to the list @param what one of them is called */
export function windowFaults(windows: readonly Freeze[], at: string, what: string): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  windows.forEach(({ name, from, to, weekly }, index) => {
    const fault = (member: string, message: string): void => {
      faults.push({ pointer: `${at}/${index}${member}`, message });
    };
    if (seen.has(name)) fault('/name', `there is another one named ${name}`);
    seen.add(name);
    const isSpan = from !== undefined || to !== undefined;
    if (isSpan === (weekly !== undefined)) fault('', `${what} has either \`weekly\`, or \`from\` or \`to\` or both`);
    for (const [member, text] of Object.entries({ from, to })) {
      if (text !== undefined && Number.isNaN(Date.parse(text))) fault(`/${member}`, 'there is no such time');
    }
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
      fault('/to', 'it ends before it begins');
  });
  return faults;
}
