import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import type { EventRecord } from '../actors/core/event';
import { AgentEvents } from '../api/agent-events';
import { AgentMoments } from '../api/agent-moments';
import { Clients } from '../api/client';
import { createApiMetrics } from '../api/metrics';
import { emptyLedger, historyOf, noLimits, noSnapshots, startTestApi } from '../api/stand-ins';
import { Connection } from '../api/ws/connection';
import { Hub } from '../api/ws/hub';
import { StreamPast } from '../api/ws/past';
import { serveWebSockets } from '../api/ws/upgrade';
import { createLogger } from '../infra/logger';
import { microseconds } from './microseconds';

/** What the parent asks for: one event of so many bytes to all clients, or how many of them have not taken what they were sent. */
export type ToServer = { send: number; position: number } | 'backlog';

/** A server of sockets that is told when to send; `bare` is the loop of the `ws` handbook. */
interface Side {
  port: number;
  token: string;
  send(record: EventRecord, position: number): void;
  backlog(): number;
}

async function bare(): Promise<Side> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    token: '',
    send(record, position) {
      const payload = Buffer.from(JSON.stringify({ op: 'event', event: record, position }));
      for (const client of sockets.clients) {
        if (client.readyState === WebSocket.OPEN) client.send(payload, { binary: false });
      }
    },
    backlog: () => [...sockets.clients].filter(({ bufferedAmount }) => bufferedAmount > 0).length,
  };
}

/** All of Ymera's own way from the hub on: rights of each client, filters, queues; events come from memory. */
async function ymera(): Promise<Side> {
  const api = await startTestApi();
  const logger = createLogger('bench', 'warn');
  let take: (position: number, record: EventRecord) => unknown = () => undefined;
  const bounds = async () => ({ first: 1, last: 0 });
  const stream = {
    bounds,
    async *read() {
      // There is no past.
    },
    subscribeLive: async (onFrame: typeof take, onState: (connected: boolean) => void) => {
      take = onFrame;
      onState(true);
      return { close: async () => undefined };
    },
  };
  const metrics = createApiMetrics(new Registry());
  const hub = new Hub(stream, logger, metrics);
  const past = new StreamPast(stream, emptyLedger);
  const logs = {
    async *follow() {
      // There is none.
    },
  };
  const sockets = serveWebSockets(api.server, {
    access: api.access,
    tickets: { claim: async () => true },
    clients: new Clients(''),
    limits: noLimits,
    metrics,
    origins: new Set(),
    perPrincipal: Infinity,
    logger,
    onSocket: (socket, stream, visitor) => {
      const events = new AgentEvents(emptyLedger, historyOf(api.agents));
      const history = { events, moments: new AgentMoments(events, emptyLedger, noSnapshots, logger) };
      const runs = { agents: api.agents, ledger: emptyLedger };
      const ports = { access: api.access, audit: api.identity, hub, past, logs, history, runs, logger };
      new Connection(socket, stream, visitor, { ...ports, onSlow: () => undefined });
    },
  });
  await hub.start();
  return {
    port: Number(new URL(api.origin).port),
    token: await api.tokens.issue('bench', api.identity.join('bench', ['viewer'])),
    send: (record, position) => void take(position, record),
    backlog: () => [...sockets.clients].filter(({ bufferedAmount }) => bufferedAmount > 0).length,
  };
}

function eventOf(position: number, bytes: number): EventRecord {
  const record = {
    specversion: '1.0',
    id: `a:${position}`,
    source: '/agents/a',
    type: 'ymera.flags.FlagSet',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { key: 'k', value: '' },
    sequence: position,
    messagetype: 'EVENT',
    commandid: '00000000-0000-7000-8000-000000000000',
    principal: 'bench',
    prevhash: '0'.repeat(64),
    hash: 'f'.repeat(64),
  };
  record.data.value = 'x'.repeat(Math.max(0, bytes - JSON.stringify(record).length));
  return record as unknown as EventRecord;
}

void (async () => {
  const side = await (process.argv[2] === 'bare' ? bare() : ymera());
  process.on('message', (message: ToServer) => {
    if (message === 'backlog') return process.send?.({ backlog: side.backlog() });
    const record = eventOf(message.position, message.send);
    const at = microseconds();
    side.send(record, message.position);
    return process.send?.({ at });
  });
  process.send?.({ port: side.port, token: side.token });
})();
process.on('disconnect', () => process.exit(0));
