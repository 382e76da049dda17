import { join } from 'node:path';
import { distDir } from '../infra/paths';
import type { Environment } from '../infra/config';
import type { Addresses, Ports } from './addresses';
import { apiIsHealthy } from './api-health';
import type { ProcessSpec } from './managed-process';

/** What the processes of the stack are told, beside what this process's own environment holds. */
export interface Surroundings {
  env: Environment;
  home: string;
  ports: Ports;
  secretKey: string;
  /** The file of the key that signs evidence. */
  evidenceKeyFile: string;
  servers: Addresses;
}

/** What only the keeper is told: where its key is, and an address that may hold a secret. */
const keeperOnly = { EVIDENCE_KEY_FILE: '', EVIDENCE_ANCHOR_WEBHOOK: '' };

/** Each process has ports of its own for them, and the API serves its own beside all else. */
const noMetrics = { METRICS_PORT: '', TEMPORAL_METRICS_PORT: '' };
/** What Node is told about each of the processes; see `temporal/plain-promises.ts`. */
export const nodeOptions = ['--enable-source-maps', '--require', join(distDir, 'plain-promises.js')];

/** The complete environment of the worker, the projector and the API. */
export function childEnvironment({ env, home, ports, secretKey, servers }: Surroundings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...keeperOnly,
    ENVIRONMENT: env.ENVIRONMENT,
    LOG_LEVEL: logLevel(env),
    HOST: env.HOST,
    PORT: String(ports.api),
    METRICS_HOST: env.METRICS_HOST,
    ...noMetrics,
    YMERA_HOME: home,
    YMERA_SUPERVISED: '1',
    SECRET_KEY: secretKey,
    TEMPORAL_ADDRESS: servers.temporal,
    TEMPORAL_NAMESPACE: env.TEMPORAL_NAMESPACE,
    TEMPORAL_TASK_QUEUE: env.TEMPORAL_TASK_QUEUE,
    // A stack on its own servers has one worker at a time: nothing would ever run what is pinned to the one before it.
    TEMPORAL_WORKER_DEPLOYMENT: env.TEMPORAL_ADDRESS === undefined ? '' : env.TEMPORAL_WORKER_DEPLOYMENT,
    NATS_SERVERS: servers.nats,
    REDIS_URL: servers.redis,
    DATABASE_URL: servers.postgres,
  };
}

function keeperEnvironment(shared: NodeJS.ProcessEnv, { env, evidenceKeyFile }: Surroundings): NodeJS.ProcessEnv {
  return { ...shared, EVIDENCE_KEY_FILE: evidenceKeyFile, EVIDENCE_ANCHOR_WEBHOOK: env.EVIDENCE_ANCHOR_WEBHOOK ?? '' };
}

/** At least info: that is the level of the line by which they tell that they are ready. */
function logLevel(env: Environment): string {
  if (env.DEBUG) return 'debug';
  return ['warn', 'error', 'silent'].includes(env.LOG_LEVEL) ? 'info' : env.LOG_LEVEL;
}

/** The processes of Ymera itself. The API answers `/healthz`, the others log a line `ready`. */
export function processSpecs(around: Surroundings): Record<'worker' | 'projector' | 'evidence' | 'api', ProcessSpec> {
  const shared = childEnvironment(around);
  const { ports } = around;
  const spec = (role: string, probe: ProcessSpec['probe'], env = shared): ProcessSpec => ({
    role,
    command: process.execPath,
    args: [...nodeOptions, join(distDir, `${role}.js`)],
    env,
    logFile: join(around.home, 'logs', `${role}.log`),
    stopSignal: 'SIGTERM',
    stopGraceMs: role === 'api' ? 10_000 + around.env.DRAIN_SECONDS * 1_000 : 10_000,
    readyWithinMs: 60_000,
    probe,
  });
  return {
    worker: spec('worker', hasSaidReady, {
      ...shared,
      METRICS_PORT: String(ports.workerMetrics),
      TEMPORAL_METRICS_PORT: String(ports.workerCoreMetrics),
    }),
    projector: spec('projector', hasSaidReady, { ...shared, METRICS_PORT: String(ports.projectorMetrics) }),
    evidence: spec('evidence', hasSaidReady, {
      ...keeperEnvironment(shared, around),
      METRICS_PORT: String(ports.evidenceMetrics),
    }),
    api: spec('api', () => apiIsHealthy(ports.api, around.env.TLS_CERT !== undefined)),
  };
}

async function hasSaidReady(output: () => string): Promise<void> {
  if (!output().includes('"msg":"ready"')) throw new Error('it has not said ready');
}
