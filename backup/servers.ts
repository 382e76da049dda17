import { mkdir } from 'node:fs/promises';
import { requireTemporal, type Environment } from '../infra/config';
import { choosePorts } from '../stack/addresses';
import { launchServers } from '../stack/launch';
import { endLeftovers } from '../stack/leftovers';
import { lockHome } from '../stack/lock';
import { Supervisor } from '../stack/supervisor';
import { connectTemporal } from '../temporal/connection';
import type { Destination } from './restore-backup';

/** The servers of a home without the processes of Ymera, so that nobody acts while they are filled. */
export class RestoreServers implements AsyncDisposable {
  private constructor(
    readonly destination: Destination,
    private readonly end: () => Promise<void>,
  ) {}

  /**
   * Starts those that the environment does not name.
   * @throws HomeBusyError while a stack runs in the home, or what a start of a server throws
   */
  static async start(home: string, env: Environment): Promise<RestoreServers> {
    await mkdir(home, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    const unlock = await lockHome(home);
    const supervisor = new Supervisor(home, { say: () => undefined, changed: () => undefined });
    const stop = async (): Promise<void> => {
      await supervisor.stop();
      await unlock();
    };
    try {
      await endLeftovers(home);
      const launches = launchServers(home, env, await choosePorts(home, env), supervisor.start.bind(supervisor));
      await Promise.all(Object.values(launches).map(({ ready }) => ready));
      const databaseUrl = await launches.postgres.url;
      const temporal = requireTemporal({ ...env, TEMPORAL_ADDRESS: await launches.temporal.url });
      const client = connectTemporal(temporal);
      const end = async (): Promise<void> => {
        await client.connection.close();
        await stop();
      };
      return new RestoreServers({ client, taskQueue: temporal.taskQueue, databaseUrl }, end);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}
