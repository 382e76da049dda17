import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../core/string-enum';
import { probe } from './probes';

/** The remediation that comes with Ymera: `runbooks/remediate-target.yaml`. */
export const shippedRunbook = 'remediate-target';

export const name = Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9][a-z0-9-]*$' });
export const seconds = { minimum: 0.1, maximum: 86400 };
export const severities = ['info', 'warning', 'critical'] as const;

const remediation = Type.Object(
  {
    runbook: Type.String({
      description: 'Run for each attempt. The one that ships with Ymera runs a command and verifies with the probe.',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      default: shippedRunbook,
    }),
    command: Type.Optional(
      Type.String({ description: 'Name of one of the allowed `commands`.', minLength: 1, maxLength: 63 }),
    ),
    input: Type.Record(Type.String(), Type.Unknown(), { description: 'Input of another runbook.', default: {} }),
    attempts: Type.Integer({ description: 'Most runs before a person is told.', minimum: 1, maximum: 20, default: 3 }),
    backoff: Type.Number({
      description: 'Seconds before the second attempt; doubled for each one after.',
      minimum: 0,
      maximum: 3600,
      default: 5,
    }),
    cooldown: Type.Number({
      description: 'Seconds after a remediation in which no other one starts.',
      minimum: 0,
      maximum: 86400,
      default: 300,
    }),
    settle: Type.Number({
      description: 'Seconds in which the probe must succeed after the command ran.',
      ...seconds,
      default: 15,
    }),
  },
  { additionalProperties: false },
);

const flapping = Type.Object(
  {
    changes: Type.Integer({
      description: 'So many changes for the worse or better …',
      minimum: 2,
      maximum: 50,
      default: 6,
    }),
    within: Type.Number({ description: '… within so many seconds: it flaps.', ...seconds, default: 600 }),
    calm: Type.Number({
      description: 'Seconds without a change after which it does not any more.',
      ...seconds,
      default: 300,
    }),
  },
  {
    additionalProperties: false,
    description: 'While a target flaps that is told once, nothing else is, and no run begins for it.',
  },
);

/** As Prometheus has them. */
const labelPattern = '^[a-zA-Z_][a-zA-Z0-9_]{0,62}$';

export const target = Type.Object(
  {
    name,
    probe,
    interval: Type.Number({ description: 'Seconds between probes.', ...seconds, default: 10 }),
    timeout: Type.Number({ description: 'Seconds that one probe may take.', minimum: 0.05, maximum: 300, default: 5 }),
    failing_after: Type.Integer({
      description: 'Failed probes in a row that make an issue.',
      minimum: 1,
      maximum: 100,
      default: 3,
    }),
    recovering_after: Type.Integer({
      description: 'Good probes in a row that end it.',
      minimum: 1,
      maximum: 100,
      default: 2,
    }),
    failing_for: Type.Number({
      description: 'Seconds that they must have gone on for, too.',
      minimum: 0,
      maximum: 604_800,
      default: 0,
    }),
    flapping: Type.Optional(flapping),
    severity: stringEnum([...severities], { description: 'How bad it is that it fails.', default: 'critical' }),
    labels: Type.Record(Type.String({ pattern: labelPattern }), Type.String({ maxLength: 200 }), {
      description: 'What alerts are routed by.',
      default: {},
      maxProperties: 20,
      additionalProperties: false,
    }),
    remediation: Type.Optional(remediation),
  },
  { additionalProperties: false },
);

export type Target = Static<typeof target>;
export type Probe = Target['probe'];
export type Severity = Target['severity'];
