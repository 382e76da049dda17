import { join } from 'node:path';
import { redisAddress, type Environment } from '../infra/config';
import { apiAuthority, type Addresses, type Ports } from './addresses';
import type { ProcessSpec } from './managed-process';
import { prepareNats } from './servers/nats';
import { preparePostgres } from './servers/postgres';
import { prepareRedis } from './servers/redis';
import type { PreparedServer, ServerOptions } from './servers/server';
import { prepareTemporal } from './servers/temporal';
import type { Role } from './stack-file';

/** One server on its way up: its URL is known before it is ready. */
export interface Launch {
  url: Promise<string>;
  ready: Promise<void>;
}

export type Launches = Record<keyof Addresses, Launch>;

type Start = (role: Role, spec: ProcessSpec) => Promise<void>;

/** Sets off all servers at once; one that the environment names is taken to be ready. Read only the promises you need. */
export function launchServers(home: string, env: Environment, ports: Ports, start: Start): Launches {
  const at = (role: keyof Addresses): ServerOptions & { port: number } => ({
    dir: join(home, role),
    logFile: join(home, 'logs', `${role}.log`),
    port: ports[role],
  });
  const { temporalUi: uiPort, temporalHttp: httpPort, temporalMetrics: metricsPort } = ports;
  const namespace = env.TEMPORAL_NAMESPACE;
  // A browser may use it from the origins of CODEC_ORIGINS only: without one the UI would ask in vain.
  const usesCodec = env.YMERA_ENCRYPTION_KEY !== undefined && env.CODEC_ORIGINS !== '';
  const s = env.TLS_CERT === undefined ? '' : 's';
  const codec = usesCodec ? { codecEndpoint: `http${s}://${apiAuthority(env, ports)}/api/v1/codec` } : {};
  return {
    temporal: launch(env.TEMPORAL_ADDRESS, start, () =>
      prepareTemporal({ ...at('temporal'), uiPort, httpPort, metricsPort, namespace, ...codec }),
    ),
    nats: launch(env.NATS_SERVERS, start, () => prepareNats(at('nats'))),
    redis: launch(redisAddress(env), start, () => prepareRedis(at('redis'))),
    postgres: launch(env.DATABASE_URL, start, () => preparePostgres(at('postgres'))),
  };
}

function launch(given: string | undefined, start: Start, prepare: () => Promise<PreparedServer>): Launch {
  if (given !== undefined) return { url: Promise.resolve(given), ready: Promise.resolve() };
  const prepared = prepare();
  const url = prepared.then((server) => server.url);
  const ready = prepared.then((server) => start(server.role, server.spec));
  return { url, ready };
}
