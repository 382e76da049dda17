import { Type, type Static } from '@sinclair/typebox';
import type { FieldError } from '../core/errors';
import { stringEnum } from '../core/string-enum';
import { matches, matchesAny } from '../policy/matching';
import { name, severities, type Target } from './target';

const strict = { additionalProperties: false };
const repeat = (byDefault: number) =>
  Type.Number({
    description: 'Seconds after which what still fails, and nobody has taken on, is told again; 0: never.',
    minimum: 0,
    maximum: 604_800,
    default: byDefault,
  });
const address = Type.String({
  description: 'An address, or a reference such as `secret://pager-url`.',
  pattern: '^(https?://[^\\s]+|secret://[a-z0-9][a-z0-9_-]{0,62})$',
  maxLength: 2048,
});
const headers = Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2000 }), {
  description: 'Secrets by reference: `Bearer secret://name`.',
  default: {},
  maxProperties: 20,
});

const webhook = Type.Object(
  { type: Type.Literal('webhook'), url: address, headers, repeat: repeat(14_400) },
  { ...strict, title: 'Webhook', description: 'Posts each alert as JSON, with an `Idempotency-Key`.' },
);
const nats = Type.Object(
  {
    type: Type.Literal('nats'),
    subject: Type.String({ pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){0,15}$', maxLength: 200 }),
    repeat: repeat(14_400),
  },
  { ...strict, title: 'NATS subject' },
);
const alertmanager = Type.Object(
  {
    type: Type.Literal('alertmanager'),
    url: address,
    headers,
    refresh: Type.Number({
      description:
        'Seconds after which it is told again what fires: it forgets what it does not hear of for three times as long.',
      minimum: 1,
      maximum: 3600,
      default: 60,
    }),
  },
  { ...strict, title: 'Alertmanager', description: 'By its API v2; the address is that of its own pages.' },
);

const globs = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { description, maxItems: 100, default: ['*'] });

const route = Type.Object(
  {
    receivers: Type.Array(name, { minItems: 1, maxItems: 20 }),
    severities: Type.Array(stringEnum([...severities], {}), {
      description: 'Empty: all of them.',
      maxItems: 3,
      default: [],
    }),
    targets: globs('Names of targets; `*` stands for any characters.'),
    labels: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 200 }), {
      description: 'Labels that the target must have; `*` stands for any characters.',
      default: {},
      maxProperties: 20,
    }),
    continue: Type.Boolean({ description: 'Look at the routes after it, too.', default: false }),
  },
  strict,
);

/** Who is told of issues. */
export const alerting = Type.Object(
  {
    receivers: Type.Record(name, Type.Union([webhook, nats, alertmanager], { default: {} }), {
      default: {},
      maxProperties: 50,
      additionalProperties: false,
    }),
    routes: Type.Array(route, { description: 'The first that fits counts.', maxItems: 100, default: [] }),
  },
  { ...strict, title: 'Alerting', description: 'Who is told of issues, and how.', default: {} },
);

export type Alerting = Static<typeof alerting>;
export type Receiver = Alerting['receivers'][string];

/** Names of those who are told that this target fails. */
export function receiversFor({ routes }: Alerting, { name: targetName, severity, labels }: Target): string[] {
  const told = new Set<string>();
  for (const route of routes) {
    const fits =
      (route.severities.length === 0 || route.severities.includes(severity)) &&
      matchesAny(route.targets, targetName) &&
      hasLabels(labels, route.labels);
    if (!fits) continue;
    for (const receiver of route.receivers) told.add(receiver);
    if (!route.continue) break;
  }
  return [...told];
}

/** Whether each label that is wanted is there, with a value that fits its pattern. */
export function hasLabels(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(
    ([label, glob]) => Object.hasOwn(labels, label) && matches(glob, labels[label] ?? ''),
  );
}

/** What a JSON Schema can't say: routes lead to receivers that are there, and none to the stream of events itself. */
export function alertingFaults({ receivers, routes }: Alerting): FieldError[] {
  const unknown = routes.flatMap((route, index) =>
    route.receivers
      .filter((receiver) => !Object.hasOwn(receivers, receiver))
      .map((receiver) => ({
        pointer: `/alerting/routes/${index}/receivers`,
        message: `there is no receiver ${receiver}`,
      })),
  );
  const forbidden = Object.entries(receivers)
    .filter(([, receiver]) => receiver.type === 'nats' && /^AGENT_MESSAGES(\.|$)/.test(receiver.subject))
    .map(([receiver]) => ({
      pointer: `/alerting/receivers/${receiver}/subject`,
      message: 'only events of agents go there',
    }));
  return [...unknown, ...forbidden];
}
