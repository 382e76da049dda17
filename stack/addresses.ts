import { join } from 'node:path';
import type { Environment } from '../infra/config';
import { readJson, writePrivate } from './files';
import { freePort, isFree, PortTakenError } from './ports';
import type { StackFile } from './stack-file';

const portNames = [
  'temporal',
  'temporalUi',
  'temporalHttp',
  'nats',
  'redis',
  'postgres',
  'api',
  'workerMetrics',
  'workerCoreMetrics',
  'projectorMetrics',
  'evidenceMetrics',
  'temporalMetrics',
] as const;

/** A port for each listener of the stack. */
export type Ports = Record<(typeof portNames)[number], number>;

/**
 * Chooses the stack's ports: those of the last run where they are still free, others where not.
 * @throws PortTakenError when `PORT` names one that is in use.
 */
export async function choosePorts(home: string, env: Environment): Promise<Ports> {
  const file = join(home, 'ports.json');
  const kept = ((await readJson(file)) ?? {}) as Partial<Ports>;
  const chosen: Partial<Ports> = {};
  for (const name of portNames)
    chosen[name] = name === 'api' ? await apiPort(env, kept.api) : await freePort(kept[name]);
  const ports = chosen as Ports;
  // A port that the user named is not kept, or a later PORT=0 would take it again.
  await writePrivate(file, `${JSON.stringify(env.PORT === 0 ? ports : { ...ports, api: kept.api })}\n`);
  return ports;
}

async function apiPort(env: Environment, kept: number | undefined): Promise<number> {
  if (env.PORT === 0) return freePort(kept);
  if (await isFree(env.PORT)) return env.PORT;
  throw new PortTakenError(env.PORT);
}

/** Where this machine reaches the API, `host:port`. */
export function apiAuthority({ HOST }: Environment, { api }: Ports): string {
  return authority(HOST, api);
}

function authority(bound: string, port: number): string {
  const host = bound.includes(':') ? `[${bound}]` : bound;
  return `${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`;
}

/** Where this machine reads the metrics of each process. */
export function metricsAddresses(env: Environment, ports: Ports): StackFile['metrics'] {
  const s = env.TLS_CERT === undefined ? '' : 's';
  const at = (port: number): string => `http://${authority(env.METRICS_HOST, port)}/metrics`;
  return {
    api: `http${s}://${apiAuthority(env, ports)}/metrics`,
    worker: at(ports.workerMetrics),
    workerCore: at(ports.workerCoreMetrics),
    projector: at(ports.projectorMetrics),
    evidence: at(ports.evidenceMetrics),
    temporal: env.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${ports.temporalMetrics}/metrics` : null,
  };
}

/** Where the servers are: this stack's own, or those that the environment names. */
export interface Addresses {
  temporal: string;
  nats: string;
  redis: string;
  postgres: string;
}
