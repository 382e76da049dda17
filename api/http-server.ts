import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type Koa from 'koa';
import { uuidv7 } from 'uuidv7';
import type { Logger } from '../infra/logger';
import type { TlsFiles } from '../infra/tls';
import { Problem } from './problem';
import type { ProblemCode } from './problems';
import type { RequestState } from './route';
import { bareAnswer } from './ws/upgrade';

/** How long a request may take to arrive, and its headers, in ms. */
const requestMs = 30_000;
const headersMs = 10_000;

const codes: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** An HTTP server for the app, HTTPS with `tls`. What is not HTTP at all gets a problem too, and one line in the log. */
export function createHttpServer(app: Koa<RequestState>, logger: Logger, tls?: TlsFiles): Server {
  const handle = app.callback();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.host !== undefined || request.httpVersion === '1.0') return void handle(request, response);
    const problem = new Problem('malformed_request', 'the request names no host');
    const requestId = uuidv7();
    logger.info({ requestId, status: problem.status, problem: problem.code, reason: 'no host' }, 'request');
    request.socket.end(bareAnswer(problem, requestId));
  };
  // Node would answer without a host by itself, and without our headers; an expectation that it does not know likewise.
  const options = { requestTimeout: requestMs, headersTimeout: headersMs, requireHostHeader: false };
  const server = tls ? createTlsServer({ ...options, ...tls }, listener) : createServer(options, listener);
  server.on('checkExpectation', listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const problem = new Problem(codes[error.code ?? ''] ?? 'malformed_request');
    const requestId = uuidv7();
    logger.info({ requestId, status: problem.status, problem: problem.code, reason: error.code }, 'request');
    // An answer that has begun can't be followed by another one.
    if (socket.bytesWritten > 0) socket.destroy();
    else socket.end(bareAnswer(problem, requestId));
  });
  return server;
}

/** Listens, and says at which port. @param port 0 for a free one */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** From `told` on each answer closes its connection, so that a caller's next request goes to another process. */
export function letGo(server: Server, told: AbortSignal): void {
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
    if (told.aborted) response.shouldKeepAlive = false;
  });
}

/** Takes no new requests and waits for those under way, at most `limitMs`. */
export async function drain(server: Server, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
  server.closeAllConnections();
}
