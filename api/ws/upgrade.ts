import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '../../infra/logger';
import type { Client, Clients } from '../client';
import type { OnceStore, RequestLimits } from '../dependencies';
import { bareHeaders } from '../middleware/security-headers';
import { Problem, problemOf } from '../problem';
import { rateLimited } from '../rate-limit/fields';
import { bearerToken, type Tokens } from '../tokens';

const mostMessageBytes = 64 * 1024;

export interface UpgradePorts {
  tokens: Tokens;
  tickets: OnceStore;
  clients: Clients;
  limits: Pick<RequestLimits, 'count'>;
  /** Origins beside the server's own whose pages may connect. */
  origins: ReadonlySet<string>;
  logger: Logger;
  onSocket(socket: WebSocket): void;
}

/** Serves `/ws` on a server: who may not come in gets an HTTP answer and no socket. */
export function serveWebSockets(server: Server, ports: UpgradePorts): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: mostMessageBytes,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    const client = ports.clients.of(request);
    admit(request, client, ports).then(
      (principal) => {
        socket.removeListener('error', broken);
        sockets.handleUpgrade(request, socket, head, (opened) => ports.onSocket(opened));
        ports.logger.info({ path: '/ws', status: 101, address: client.address, principal }, 'request');
      },
      (error: unknown) => refuse(socket, problemOf(error), client, ports.logger),
    );
  });
  return sockets;
}

/** @returns who comes in @throws Problem */
async function admit(request: IncomingMessage, client: Client, { limits, ...ports }: UpgradePorts): Promise<string> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/ws') throw new Problem('no_such_route', 'WebSockets are served at /ws');
  const count = await limits.count('upgrade', client.subscriber);
  if (count && !count.allowed) throw rateLimited('upgrade', count);
  const { tokens, tickets, origins } = ports;
  const { origin } = request.headers;
  if (origin !== undefined && !origins.has(origin) && origin !== client.origin) throw new Problem('origin_refused');
  const ticket = url.searchParams.get('ticket');
  if (ticket === null) return (await tokens.verify(bearerToken(request.headers.authorization), 'ymera-api')).subject;
  const { subject, id, expiresAt } = await tokens.verify(ticket, 'ws');
  const seconds = Math.max(1, Math.ceil(expiresAt - Date.now() / 1000));
  if (!(await tickets.claim(id, seconds))) throw new Problem('invalid_token', 'the ticket was used before');
  return subject;
}

function refuse(socket: Duplex, problem: Problem, { address }: Client, logger: Logger): void {
  logger.info({ path: '/ws', status: problem.status, problem: problem.code, address }, 'request');
  socket.end(bareAnswer(problem));
}

/** A problem as a whole HTTP/1.1 answer, for sockets that no request handler has. */
export function bareAnswer(problem: Problem): string {
  const body = JSON.stringify(problem.body());
  const headers = {
    ...bareHeaders,
    ...problem.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
