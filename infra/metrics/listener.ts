import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from '../logger';

/**
 * Serves `GET /metrics` of a process that has no other listener, until aborted. Where the port can't be had it says so and the
 * process goes on: it must not end over being measured.
 * @param at none where it is not to be served
 */
export async function serveMetrics(
  registry: Registry,
  at: { host: string; port: number | undefined },
  stop: AbortSignal,
  logger: Logger,
): Promise<void> {
  if (at.port === undefined) return;
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      (error: unknown) => {
        logger.warn({ err: error }, 'metrics: not collected');
        response.writeHead(500).end();
      },
    );
  });
  try {
    server.listen(at.port, at.host);
    await once(server, 'listening');
  } catch (error) {
    logger.error({ err: error }, 'metrics: not served');
    return;
  }
  stop.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
}
