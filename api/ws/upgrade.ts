import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { uuidv7 } from 'uuidv7';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '../../infra/logger';
import type { Access } from '../access/access';
import type { Principal } from '../access/principal';
import type { Client, Clients } from '../client';
import type { OnceStore, RequestLimits } from '../dependencies';
import { countDenied, type ApiMetrics } from '../metrics';
import { bareHeaders } from '../middleware/security-headers';
import { Problem, problemOf } from '../problem';
import { rateLimited } from '../rate-limit/fields';
import type { Visitor } from './visit';

const mostMessageBytes = 64 * 1024;

export interface UpgradePorts {
  access: Pick<Access, 'identify' | 'redeem'>;
  tickets: OnceStore;
  clients: Clients;
  limits: Pick<RequestLimits, 'count'>;
  /** Origins beside the server's own whose pages may connect. */
  origins: ReadonlySet<string>;
  /** Most sockets of one principal at this process. */
  perPrincipal: number;
  metrics: Pick<ApiMetrics, 'authFailures'>;
  logger: Logger;
  /** @param stream what the socket was made on */
  onSocket(socket: WebSocket, stream: Duplex, visitor: Visitor): void;
}

/** Serves `/ws` on a server: who may not come in gets an HTTP answer and no socket. */
export function serveWebSockets(server: Server, ports: UpgradePorts): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: mostMessageBytes,
  });
  const open = new Map<string, number>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    const client = ports.clients.of(request);
    admit(request, client, ports).then(
      (principal) => {
        if (socket.destroyed) return;
        const { subject } = principal;
        const others = open.get(subject) ?? 0;
        if (others >= ports.perPrincipal) {
          return refuse(
            socket,
            new Problem('too_many_connections', undefined, [], { 'Retry-After': '10' }),
            client,
            ports.logger,
          );
        }
        open.set(subject, others + 1);
        // However it ends, also where it never becomes a WebSocket.
        socket.once('close', () => close(open, subject));
        socket.removeListener('error', broken);
        const { address } = client;
        const visitor = { principal, address };
        sockets.handleUpgrade(request, socket, head, (opened) => ports.onSocket(opened, socket, visitor));
        ports.logger.info({ path: '/ws', status: 101, address, principal: subject }, 'request');
      },
      (error: unknown) => {
        const problem = problemOf(error);
        countDenied(ports.metrics, problem);
        refuse(socket, problem, client, ports.logger);
      },
    );
  });
  return sockets;
}

/** @returns who comes in @throws Problem */
async function admit(request: IncomingMessage, client: Client, { limits, ...ports }: UpgradePorts): Promise<Principal> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/ws') throw new Problem('no_such_route', 'WebSockets are served at /ws');
  const count = await limits.count('upgrade', client.subscriber);
  if (count && !count.allowed) throw rateLimited('upgrade', count);
  const { access, tickets, origins } = ports;
  const { origin } = request.headers;
  if (origin !== undefined && !origins.has(origin) && origin !== client.origin) throw new Problem('origin_refused');
  const ticket = url.searchParams.get('ticket');
  if (ticket === null) {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    return access.identify({ authorization, apiKey: typeof apiKey === 'string' ? apiKey : undefined });
  }
  const { principal, id, expiresAt } = await access.redeem(ticket);
  const seconds = Math.max(1, Math.ceil(expiresAt - Date.now() / 1000));
  if (!(await tickets.claim(id, seconds))) throw new Problem('invalid_token', 'the ticket was used before');
  return principal;
}

function close(open: Map<string, number>, subject: string): void {
  const others = (open.get(subject) ?? 1) - 1;
  if (others > 0) open.set(subject, others);
  else open.delete(subject);
}

function refuse(socket: Duplex, problem: Problem, { address }: Client, logger: Logger): void {
  const requestId = uuidv7();
  logger.info({ requestId, path: '/ws', status: problem.status, problem: problem.code, address }, 'request');
  socket.end(bareAnswer(problem, requestId));
}

/** A problem as a whole HTTP/1.1 answer, for sockets that no request handler has. */
export function bareAnswer(problem: Problem, requestId: string): string {
  const body = JSON.stringify(problem.body(`urn:ymera:request:${requestId}`));
  const headers = {
    ...bareHeaders,
    ...problem.headers,
    'X-Request-Id': requestId,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
