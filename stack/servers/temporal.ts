import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinary } from '../binaries/find';
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

export interface TemporalOptions extends ServerOptions {
  uiPort?: number;
  httpPort?: number;
  metricsPort?: number;
  /** Made at start beside `default`. */
  namespace?: string;
  /** URL below which the UI has payloads decrypted. */
  codecEndpoint?: string;
}

export interface TemporalServer extends PreparedServer {
  role: 'temporal';
  namespace: string;
  uiPort: number;
  /** URL of the web UI. */
  ui: string;
}

/** The dev server drops closed workflows after a day; an auditor comes later than that. */
const retentionSeconds = 30 * 24 * 3600;

/**
 * The history service polls its queues 20 times a second by default, which costs every activity some 30 ms; and no timer fires sooner
 * than a second from now, the wait for a lost worker and the pause before a retry included.
 */
const tuning = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.transferProcessorMaxPollHostRPS=4000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollHostRPS=4000',
  'history.timerProcessorMaxTimeShift="20ms"',
];
const pragmas = ['journal_mode=wal', 'synchronous=normal'];

/**
 * Prepares Temporal's dev server on a SQLite file, with its web UI.
 * @throws BinaryMissingError
 */
export async function prepareTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { dir, logFile, namespace = 'default' } = options;
  const command = options.binary ?? (await findBinary('temporal'));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const httpPort = options.httpPort ?? (await freePort());
  const metricsPort = options.metricsPort ?? (await freePort());
  const args = ['server', 'start-dev', '--ip', loopback, '--port', String(port), '--ui-port', String(uiPort)];
  args.push('--http-port', String(httpPort), '--metrics-port', String(metricsPort));
  args.push('--db-filename', join(dir, 'temporal.db'), '--log-level', 'warn', '--ui-disable-news-fetch');
  for (const pragma of pragmas) args.push('--sqlite-pragma', pragma);
  for (const value of tuning) args.push('--dynamic-config-value', value);
  if (options.codecEndpoint !== undefined) args.push('--ui-codec-endpoint', options.codecEndpoint);
  if (namespace !== 'default') args.push('--namespace', namespace);
  return {
    role: 'temporal',
    port,
    uiPort,
    namespace,
    url: `${loopback}:${port}`,
    ui: `http://${loopback}:${uiPort}`,
    spec: {
      role: 'temporal',
      command,
      args,
      env: serverEnvironment(),
      logFile,
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
      readyWithinMs: 60_000,
      probe: () => namespaceIsReady(port, httpPort, namespace),
    },
  };
}

/** Prepares and starts it. */
export async function startTemporal(options: TemporalOptions): Promise<ServerHandle<TemporalServer>> {
  return startServer(await prepareTemporal(options));
}

/** Asks the server's HTTP API, since loading a gRPC client would take longer than the server takes to start. */
async function namespaceIsReady(port: number, httpPort: number, namespace: string): Promise<void> {
  await assertListening(port);
  const url = `http://${loopback}:${httpPort}/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) throw new Error(`namespace ${namespace}: HTTP ${response.status}`);
  const { config } = (await response.json()) as { config?: { workflowExecutionRetentionTtl?: string } };
  if (Number.parseInt(config?.workflowExecutionRetentionTtl ?? '0', 10) >= retentionSeconds) return;
  const body = JSON.stringify({ config: { workflowExecutionRetentionTtl: `${retentionSeconds}s` } });
  const headers = { 'content-type': 'application/json' };
  // A namespace that keeps the shorter retention serves all the same.
  await fetch(`${url}/update`, { method: 'POST', headers, body }).catch(() => undefined);
}
