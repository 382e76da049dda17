import { createConnection } from 'node:net';
import { ManagedProcess, type ProcessSpec } from '../managed-process';
import type { ServerName } from '../binaries/catalogue';

export const loopback = '127.0.0.1';

/** This process's environment for a server: without the keys, which are for Ymera's own processes. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { SECRET_KEY: _, YMERA_ENCRYPTION_KEY: __, ...rest } = process.env;
  return rest;
}

/** Where a server keeps its data, its log, and on which port it listens. */
export interface ServerOptions {
  /** Folder for its data, configuration and password; made where it is missing. */
  dir: string;
  logFile: string;
  /** A free one is chosen where none is given. */
  port?: number;
  /** Its program, where that is known already; otherwise the ladder of ways is climbed. */
  binary?: string;
}

/** A server whose data and configuration are in place, so that it can be started from `spec` as often as needed. */
export interface PreparedServer {
  role: ServerName;
  spec: ProcessSpec;
  port: number;
  /** How clients reach it, credentials included: a URL, for Temporal `host:port`. */
  url: string;
}

/** A running server. */
export interface ServerHandle<S extends PreparedServer = PreparedServer> {
  server: S;
  url: string;
  port: number;
  pid: number;
  /** Ends it in its orderly way; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts a prepared server once, without restarting it when it dies.
 * @throws ProcessStartError, with the last lines of its log.
 */
export async function startServer<S extends PreparedServer>(server: S): Promise<ServerHandle<S>> {
  const running = await ManagedProcess.spawn(server.spec);
  try {
    await running.ready();
  } catch (error) {
    await running.stop();
    throw error;
  }
  const { url, port } = server;
  return {
    server,
    url,
    port,
    pid: running.pid,
    stop: () => running.stop(),
    kill: async () => {
      running.kill();
      await running.ended;
    },
  };
}

/**
 * Throws until the port accepts connections. It spares the real clients the first failures, after which they would wait
 * for longer than a server takes to come up.
 */
export function assertListening(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: loopback });
    socket.setTimeout(1_000, () => socket.destroy(new Error(`port ${port} does not answer`)));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
