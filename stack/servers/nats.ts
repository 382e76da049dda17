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

const user = 'ymera';

/**
 * Prepares a NATS server with JetStream on disk and a generated password. Its default of syncing to disk every two
 * minutes is kept: a process that dies loses nothing, a power loss can lose what was acknowledged in that time.
 * @throws BinaryMissingError
 */
export async function prepareNats(options: ServerOptions): Promise<PreparedServer> {
  const { dir, logFile } = options;
  const command = options.binary ?? (await findBinary('nats'));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const monitor = await freePort();
  const password = await keptSecret(join(dir, 'password'), 24);
  const config = join(dir, 'nats-server.conf');
  await writePrivate(config, configuration(port, monitor, join(dir, 'jetstream'), password));
  return {
    role: 'nats',
    port,
    url: `nats://${user}:${password}@${loopback}:${port}`,
    spec: {
      role: 'nats',
      command,
      args: ['--config', config],
      env: serverEnvironment(),
      logFile,
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
      readyWithinMs: 30_000,
      probe: () => jetStreamIsReady(port, password),
      stuck: () => writeError(monitor),
    },
  };
}

/** Prepares and starts it. */
export async function startNats(options: ServerOptions): Promise<ServerHandle> {
  return startServer(await prepareNats(options));
}

/**
 * Without a bound of our own the server takes three quarters of what the disk has free when it starts: one that starts while the disk
 * is full would refuse every message for good, also when there is room again. The stream has its own limits.
 */
const mostStored = '1TB';

function configuration(port: number, monitor: number, storeDir: string, password: string): string {
  return [
    `listen: "${loopback}:${port}"`,
    `http: "${loopback}:${monitor}"`,
    `jetstream { store_dir: ${JSON.stringify(storeDir)}, max_file_store: ${mostStored} }`,
    `authorization { user: "${user}", password: "${password}" }`,
    '',
  ].join('\n');
}

async function jetStreamIsReady(port: number, password: string): Promise<void> {
  await assertListening(port);
  const { connect } = await import('nats');
  const servers = `${loopback}:${port}`;
  const connection = await connect({ servers, user, pass: password, reconnect: false, timeout: 2_000 });
  try {
    await (await connection.jetstreamManager({ timeout: 2_000 })).getAccountInfo();
  } finally {
    await connection.close();
  }
}

/** A stream that could once not be written, say because the disk was full, takes nothing any more until the server starts anew. */
async function writeError(monitor: number): Promise<string | null> {
  const answer = await fetch(`http://${loopback}:${monitor}/healthz`, { signal: AbortSignal.timeout(2_000) });
  const { error = '' } = (await answer.json()) as { error?: string };
  return error.includes('write error') ? error : null;
}
