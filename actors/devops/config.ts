import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';
import type { FieldError } from '../core/errors';
import { stringEnum } from '../core/string-enum';
import { checkLogs, logsConfig } from './logs-config';
import { checkRepositories, repositoriesConfig } from './repositories-config';

/** The remediation that comes with Ymera: `runbooks/remediate-target.yaml`. */
export const shippedRunbook = 'remediate-target';

const name = Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9][a-z0-9-]*$' });
const seconds = { minimum: 0.1, maximum: 86400 };

const command = Type.Object(
  {
    argv: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
      title: 'Program and arguments',
      description: 'Run as it is, never through a shell.',
      minItems: 1,
      maxItems: 64,
    }),
    cwd: Type.Optional(Type.String({ title: 'Working directory', minLength: 1, maxLength: 4096 })),
    timeout: Type.Number({
      title: 'Timeout',
      description: 'Seconds after which it is killed.',
      ...seconds,
      default: 60,
    }),
  },
  // TypeBox fills in the defaults of a record's values only where they have one themselves.
  { additionalProperties: false, default: {} },
);

const httpProbe = Type.Object(
  {
    type: Type.Literal('http'),
    url: Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$' }),
    method: stringEnum(['GET', 'HEAD'], { default: 'GET' }),
    expect_status: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
      description: 'Statuses that count as healthy; empty means any from 200 to 299.',
      maxItems: 50,
      default: [],
    }),
  },
  { additionalProperties: false, title: 'HTTP' },
);

const tcpProbe = Type.Object(
  {
    type: Type.Literal('tcp'),
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
  },
  { additionalProperties: false, title: 'TCP' },
);

const processProbe = Type.Object(
  {
    type: Type.Literal('process'),
    pid_file: Type.String({ description: 'A file that holds the process id.', minLength: 1, maxLength: 4096 }),
  },
  { additionalProperties: false, title: 'Process' },
);

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

const target = Type.Object(
  {
    name,
    probe: Type.Union([httpProbe, tcpProbe, processProbe]),
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
    remediation: Type.Optional(remediation),
  },
  { additionalProperties: false },
);

/** The config of a devops agent; durations are seconds. */
export const devopsConfig = Type.Object(
  {
    ...baseConfig,
    commands: Type.Record(name, command, {
      title: 'Allowed commands',
      description: 'The only programs that a remediation of this agent may run, by name.',
      default: {},
      maxProperties: 100,
      additionalProperties: false,
    }),
    targets: Type.Array(target, {
      title: 'Targets',
      description: 'What is watched, and what is done when it fails.',
      default: [],
      maxItems: 200,
    }),
    logs: logsConfig,
    repositories: repositoriesConfig,
  },
  { additionalProperties: false, title: 'DevOps agent' },
);

export type DevopsConfig = Static<typeof devopsConfig>;
export type Target = Static<typeof target>;
export type Probe = Target['probe'];

/** What a JSON Schema can't say: names of targets are unique, and a remediation runs only what is allowed. */
export function checkDevopsConfig(config: DevopsConfig): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  config.targets.forEach(({ name, remediation }, index) => {
    if (seen.has(name)) faults.push({ pointer: `/targets/${index}/name`, message: `there is another target ${name}` });
    seen.add(name);
    const pointer = `/targets/${index}/remediation/command`;
    if (remediation?.command !== undefined && !Object.hasOwn(config.commands, remediation.command)) {
      faults.push({ pointer, message: `${remediation.command} is not one of the allowed commands` });
    }
    if (remediation?.runbook === shippedRunbook && remediation.command === undefined) {
      faults.push({ pointer, message: `the runbook ${shippedRunbook} needs a command` });
    }
  });
  return [...faults, ...checkLogs(config.logs), ...checkRepositories(config.repositories)];
}
