import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { baseConfig } from '../core/base-config';
import type { FieldError } from '../core/errors';
import { jsonBytes } from '../core/json-size';
import { mostConfigBytes } from '../core/limits';
import { freeze, windowFaults } from '../policy/config';
import { alerting, alertingFaults } from './alerting';
import { fleet, membersOf } from './fleets';
import { checkLogs, logsConfig } from './logs-config';
import { checkRepositories, repositoriesConfig } from './repositories-config';
import { name, seconds, shippedRunbook, target, type Target } from './target';

export type { Probe, Target } from './target';
export { shippedRunbook } from './target';

/** Most targets of one agent, those of fleets among them. */
const mostTargets = 500;

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
    fleets: Type.Array(fleet, {
      title: 'Fleets',
      description: 'Many targets by one template.',
      default: [],
      maxItems: 50,
    }),
    maintenance: Type.Array(freeze, {
      title: 'Maintenance windows',
      description:
        'While one is open, failures of its targets (by name) count for nothing, and no run begins for them.',
      default: [],
      maxItems: 50,
    }),
    alerting,
    logs: logsConfig,
    repositories: repositoriesConfig,
  },
  { additionalProperties: false, title: 'DevOps agent' },
);

export type DevopsConfig = Static<typeof devopsConfig>;
export type MaintenanceWindow = DevopsConfig['maintenance'][number];

/** A config as the agent goes by it: `targets` are all of them, those of fleets included. */
export type SettledConfig = Omit<DevopsConfig, 'fleets'>;

const settledConfigs = new WeakMap<object, SettledConfig>();

/** One of an earlier time lacks what came later, so that defaults are filled in again. Worked out once for each config. */
export function settled(config: DevopsConfig): SettledConfig {
  const known = settledConfigs.get(config);
  if (known) return known;
  const { fleets, ...rest } = Value.Default(devopsConfig, Value.Clone(config)) as DevopsConfig;
  const made = { ...rest, targets: [...rest.targets, ...fleets.flatMap((one) => membersOf(one).targets)] };
  settledConfigs.set(config, made);
  return made;
}

/** What a JSON Schema can't say: names are unique, a remediation runs only what is allowed, and routes lead somewhere. */
export function checkDevopsConfig(config: DevopsConfig): FieldError[] {
  const own = config.targets.map((one, index) => ({ target: one, pointer: `/targets/${index}` }));
  const made = config.fleets.map((one, index) => ({ ...membersOf(one), pointer: `/fleets/${index}` }));
  const ofFleets = made.flatMap(({ targets, pointer }) => targets.map((one) => ({ target: one, pointer })));
  const all = [...own, ...ofFleets];
  return [
    ...targetFaults(all, config),
    ...made.flatMap(({ faults, pointer }) => faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer }))),
    ...sizeFaults(all.map((one) => one.target)),
    ...windowFaults(config.maintenance, '/maintenance', 'a maintenance window'),
    ...alertingFaults(config.alerting),
    ...checkLogs(config.logs),
    ...checkRepositories(config.repositories),
  ];
}

function targetFaults(all: { target: Target; pointer: string }[], { commands }: DevopsConfig): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const { target: one, pointer } of all) {
    const { remediation } = one;
    if (seen.has(one.name)) faults.push({ pointer: `${pointer}/name`, message: `there is another target ${one.name}` });
    seen.add(one.name);
    const place = `${pointer}/remediation/command`;
    if (remediation?.command !== undefined && !Object.hasOwn(commands, remediation.command)) {
      faults.push({ pointer: place, message: `${remediation.command} is not one of the allowed commands` });
    }
    if (remediation?.runbook === shippedRunbook && remediation.command === undefined) {
      faults.push({ pointer: place, message: `the runbook ${shippedRunbook} needs a command` });
    }
    if (remediation?.runbook === shippedRunbook && one.probe.type === 'alerts') {
      const message = `the runbook ${shippedRunbook} verifies by asking, and alerts of others are told`;
      faults.push({ pointer: `${pointer}/remediation/runbook`, message });
    }
  }
  return faults;
}

/** All of them go to the watch in one payload. */
function sizeFaults(targets: Target[]): FieldError[] {
  const bytes = jsonBytes(targets);
  const pointer = '/fleets';
  if (targets.length > mostTargets) {
    return [{ pointer, message: `there are ${targets.length} targets; an agent has at most ${mostTargets}` }];
  }
  return bytes > mostConfigBytes
    ? [{ pointer, message: `all targets together take more than ${mostConfigBytes} bytes` }]
    : [];
}
