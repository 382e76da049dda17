import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '../../stack/servers/nats';
import { startPostgres } from '../../stack/servers/postgres';
import { startRedis } from '../../stack/servers/redis';
import { startServer, type ServerHandle, type ServerOptions } from '../../stack/servers/server';
import { startTemporal, type TemporalServer } from '../../stack/servers/temporal';

interface Handles {
  temporal: ServerHandle<TemporalServer>;
  nats: ServerHandle;
  redis: ServerHandle;
  postgres: ServerHandle;
}

type Name = keyof Handles;

/** Real servers for one test file. A server's address, credentials included, is its `url`. */
export type TestServers<Wanted extends Name> = Pick<Handles, Wanted> & {
  /** Where their data and logs are. */
  dir: string;
  /** Starts a server that was stopped or killed, on the same port with the same data. */
  startAgain(name: Wanted): Promise<void>;
  /** Ends them all and removes their data. */
  stop(): Promise<void>;
};

const start: { [N in Name]: (options: ServerOptions) => Promise<Handles[N]> } = {
  temporal: startTemporal,
  nats: startNats,
  redis: startRedis,
  postgres: startPostgres,
};

/**
 * Starts the servers asked for in parallel, in a temporary folder of their own and on free ports. They end with this
 * process at the latest.
 * @example const servers = await startTestServers({ nats: true, redis: true });
 * @throws BinaryMissingError or ProcessStartError of the first that fails; none is left running then.
 */
export async function startTestServers<Wanted extends Name>(
  wanted: Record<Wanted, true>,
): Promise<TestServers<Wanted>> {
  const dir = await mkdtemp(join(tmpdir(), 'ymera-servers-'));
  // PostgreSQL runs as another user when this process is root, and must be able to pass.
  await chmod(dir, 0o711);
  const names = Object.keys(wanted) as Wanted[];
  const handles: Partial<Record<Name, ServerHandle>> = {};
  const stop = async (): Promise<void> => {
    await Promise.all(names.map(async (name) => handles[name]?.stop()));
    await rm(dir, { recursive: true, force: true });
  };
  const started = await Promise.allSettled(
    names.map(async (name) => {
      handles[name] = await start[name]({ dir: join(dir, name), logFile: join(dir, 'logs', `${name}.log`) });
    }),
  );
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const startAgain = async (name: Wanted): Promise<void> => {
    const previous = handles[name] as ServerHandle;
    await previous.stop();
    Object.assign(previous, await startServer(previous.server));
  };
  return Object.assign(handles as Pick<Handles, Wanted>, { dir, startAgain, stop });
}
