import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinary } from '../binaries/find';
import { keptSecret, writePrivate } from '../files';
import { freePort } from '../ports';
import {
  assertListening,
  loopback,
  serverEnvironment,
  startServer,
  type PreparedServer,
  type ServerHandle,
  type ServerOptions,
} from './server';

/**
 * Prepares Valkey or Redis with an append-only file and a generated password.
 * @throws BinaryMissingError
 */
export async function prepareRedis(options: ServerOptions): Promise<PreparedServer> {
  const { dir, logFile } = options;
  const command = options.binary ?? (await findBinary('redis'));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const password = await keptSecret(join(dir, 'password'), 24);
  const config = join(dir, 'redis.conf');
  await writePrivate(config, configuration(port, dir, password));
  const url = `redis://:${password}@${loopback}:${port}`;
  return {
    role: 'redis',
    port,
    url,
    spec: {
      role: 'redis',
      command,
      args: [config],
      env: serverEnvironment(),
      logFile,
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
      readyWithinMs: 30_000,
      probe: () => answersPing(port, url),
    },
  };
}

/** Prepares and starts it. */
export async function startRedis(options: ServerOptions): Promise<ServerHandle> {
  return startServer(await prepareRedis(options));
}

function configuration(port: number, dir: string, password: string): string {
  return [
    `port ${port}`,
    `bind ${loopback}`,
    `dir ${JSON.stringify(dir)}`,
    'appendonly yes',
    `requirepass ${password}`,
    'loglevel notice',
    'daemonize no',
    '',
  ].join('\n');
}

async function answersPing(port: number, url: string): Promise<void> {
  await assertListening(port);
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
