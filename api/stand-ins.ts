import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import pino, { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { applyCommand, createAgent, type Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import { isDomainError } from '../actors/core/errors';
import type { EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import { EncryptionCodec } from '../temporal/codec/encryption-codec';
import { AgentFailure } from '../temporal/failures';
import type { AgentView } from '../workflows/messages';
import { MemoryKeptAnswers } from './_util/memory-kept-answers';
import { AgentEvents } from './agent-events';
import { AgentMoments } from './agent-moments';
import { createApp } from './app';
import { Clients } from './client';
import type { Tokens } from './access/tokens';
import type { Agents, Dependencies, RequestLimits } from './dependencies';
import type { KeptSnapshots, Ledger, SignedEvidence } from './read-side';
import { emptyEvidence } from './export/stand-ins';
import { createHttpServer } from './http-server';
import { identityOf, MemoryIdentity } from './identity-stand-ins';
import { createApiMetrics } from './metrics';
import { PastReads } from './past-reads';
import { evidencePlaces } from './places';

/** Stand-ins for unit tests of what is the API's own. */

/** Agents in memory, by the same pure functions that the workflow runs. */
export class MemoryAgents implements Agents {
  readonly queueDepth = 0;
  readonly records = new Map<string, EventRecord[]>();
  private readonly states = new Map<string, AgentState>();
  private readonly spans = new Map<string, [number, number]>();

  async create(creation: Creation): Promise<AgentView> {
    if (this.states.has(creation.id))
      throw new AgentFailure('agent_exists', `there is an agent ${creation.id} already`);
    const { agent, records } = createAgent(kindNamed(creation.kind), creation, '2026-01-01T00:00:00.000Z');
    this.states.set(agent.id, agent);
    this.records.set(agent.id, [...records]);
    return this.view(agent.id);
  }

  async send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]> {
    if ((await this.view(agentId)).status === 'stopped') throw new AgentFailure('agent_stopped', 'stopped');
    return commands.map((command) => this.one(agentId, command));
  }

  async view(agentId: string): Promise<AgentView> {
    const agent = this.states.get(agentId);
    if (!agent) throw new AgentFailure('agent_not_found', `there is no agent ${agentId}`);
    return { ...agent, published: agent.sequence, checkpoint: { sequence: 0, at: 0 }, runId: 'run' };
  }

  private one(agentId: string, command: CommandEnvelope): CommandResult<EventRecord> {
    const agent = this.states.get(agentId) as AgentState;
    const span = this.spans.get(command.id);
    if (span) return { status: 'duplicate', commandId: command.id, from: span[0], to: span[1] };
    try {
      const next = applyCommand(kindNamed(agent.kind), agent, command, '2026-01-01T00:00:01.000Z');
      this.states.set(agentId, next.agent);
      this.records.get(agentId)?.push(...next.records);
      this.spans.set(command.id, [agent.sequence + 1, next.agent.sequence]);
      return { status: 'accepted', commandId: command.id, sequence: next.agent.sequence, events: next.records };
    } catch (error) {
      if (!isDomainError(error)) throw error;
      return {
        status: 'rejected',
        commandId: command.id,
        code: error.code,
        message: error.message,
        fields: error.fields,
      };
    }
  }
}

/** A ledger that has nothing: the projector is as far behind as it can be. */
export const emptyLedger: Ledger = {
  list: async () => ({ agents: [], next: null }),
  find: async () => null,
  count: async () => ({ running: 0, stopped: 0 }),
  events: async () => [],
  expiredTo: async () => 0,
  faults: async () => ({ faults: [], next: null }),
  inOrder: async () => [],
  sequenceAt: async () => 0,
  histogram: async () => [],
  eventsAfter: async () => [],
};

/** No snapshot is ever kept. */
export const noSnapshots: KeptSnapshots = { before: async () => null, keep: async () => undefined };

/** A keeper that has signed nothing yet. */
const nothingSigned: SignedEvidence = {
  keys: async () => [],
  checkpoints: async () => ({ checkpoints: [], next: null }),
  checkpoint: async () => null,
  proof: async () => null,
  anchors: async () => [],
};

const nowhere = async (): Promise<never> => {
  throw new AgentFailure('unavailable', 'there is no such server in this test', 1);
};
const page = { next: null };

/** Nobody is turned away. */
export const noLimits: RequestLimits = { count: async () => null, refusal: () => null, isShared: true };

/** Nothing expires, and nothing has to be kept from it. */
export const emptyKeeping: Pick<Dependencies, 'keeping' | 'rebuild'> = {
  keeping: {
    classes: new Map([['standard', null]]),
    retention: async () => ({ class: 'standard', reason: null, setBy: null, setAt: null, expiredTo: 0, held: false }),
    setRetention: async () => undefined,
    placeHold: nowhere,
    releaseHold: async () => null,
    findHold: async () => null,
    holds: async () => ({ holds: [], ...page }),
  },
  rebuild: { run: async () => ({ agents: [], next: null }) },
};

/** Runs, runbooks, hooks and schedules where there are none yet. */
export const emptyRuns: Pick<
  Dependencies,
  'launcher' | 'runs' | 'runLogs' | 'runbooks' | 'templates' | 'hooks' | 'schedules' | 'verifications'
> = {
  launcher: { launch: nowhere, plan: nowhere, retry: nowhere, fork: nowhere, rerun: nowhere },
  runs: {
    list: async () => ({ runs: [], ...page }),
    approvals: async () => ({ approvals: [], ...page }),
    targets: async () => ({ targets: [], ...page }),
    logs: async () => [],
  },
  runLogs: { follow: async function* () {} },
  runbooks: {
    list: async () => ({ runbooks: [], ...page }),
    read: async () => null,
    versions: async () => ({ versions: [], ...page }),
    save: nowhere,
  },
  templates: {
    list: async () => ({ templates: [], ...page }),
    find: async () => null,
    create: nowhere,
    replace: async () => null,
    remove: async () => false,
  },
  hooks: {
    list: async () => ({ hooks: [], ...page }),
    find: async () => null,
    create: nowhere,
    setEnabled: async () => null,
    remove: async () => false,
    note: async () => true,
    deliveries: async () => ({ deliveries: [], ...page }),
  },
  verifications: {
    start: nowhere,
    get: async () => null,
    list: async () => ({ verifications: [], ...page }),
    cancel: nowhere,
  },
  schedules: {
    create: nowhere,
    list: async () => ({ schedules: [], ...page }),
    get: nowhere,
    remove: nowhere,
    pause: nowhere,
    resume: nowhere,
    trigger: nowhere,
    backfill: nowhere,
  },
};

export interface TestApi extends AsyncDisposable {
  origin: string;
  server: Server;
  agents: MemoryAgents;
  tokens: Tokens;
  identity: MemoryIdentity;
  access: Dependencies['access'];
  clients: Clients;
  logger: Logger;
  /** What the API logged. */
  lines: Record<string, unknown>[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** The whole app over real HTTP on a free port, on stand-ins. */
export async function startTestApi(changed: Partial<Dependencies> = {}): Promise<TestApi> {
  const lines: Record<string, unknown>[] = [];
  const logger: Logger = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line) as never) });
  const agents = new MemoryAgents();
  const identity = new MemoryIdentity();
  const { tokens, ...access } = identityOf(identity);
  const events = new AgentEvents(emptyLedger, historyOf(agents));
  const deps: Dependencies = {
    agents,
    events,
    moments: new AgentMoments(events, emptyLedger, noSnapshots, logger),
    ledger: emptyLedger,
    ...emptyKeeping,
    ...emptyRuns,
    ...emptyEvidence,
    places: evidencePlaces(),
    artifacts: { has: async () => false, get: async () => null },
    secrets: { get: async () => undefined },
    replays: { admits: async () => true },
    keptAnswers: new MemoryKeptAnswers(),
    told: new AbortController().signal,
    stopping: new AbortController().signal,
    checkpoints: { get: async () => null },
    projectorBacklog: async () => ({ waiting: 0, unacked: 0, dropped: 0 }),
    probes: { temporal: async () => 1, nats: async () => 1, redis: async () => 1, postgres: async () => 1 },
    codec: new EncryptionCodec([]),
    codecOrigins: new Set(),
    clients: new Clients(''),
    limits: noLimits,
    corsOrigins: new Set(),
    tokens,
    pastReads: new PastReads(),
    ...access,
    signedEvidence: nothingSigned,
    vitals: { add: () => undefined, summarise: async () => [] },
    metricHistory: { names: async () => [], find: async () => null, read: async () => ({ series: [], total: 0 }) },
    publicOrigins: new Set(),
    hub: { learn: () => undefined, size: 0 },
    metrics: createApiMetrics(new Registry()),
    logger,
    about: { version: '0.0.0', environment: 'test', startedAt: new Date() },
    ...changed,
  };
  const server = createHttpServer(createApp(deps), logger);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await tokens.issue('ann', identity.join('ann', ['admin']));
  return {
    origin,
    server,
    agents,
    tokens,
    identity,
    access: access.access,
    clients: deps.clients,
    logger,
    lines,
    call: (method, path, body, headers = {}) =>
      fetch(`${origin}/api/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What Temporal would tell of the agents' pasts. */
export function historyOf(agents: MemoryAgents): {
  read(id: string, from: number, to?: number): AsyncGenerator<EventRecord[]>;
} {
  return {
    async *read(id, from, to = Infinity) {
      const records = agents.records.get(id);
      if (!records) throw Object.assign(new Error('not found'), { code: 5 });
      yield records.filter(({ sequence }) => sequence >= from && sequence <= to);
    },
  };
}

/** A record as far as the hub looks at it. */
export function someRecord(agentId: string, sequence: number, name = 'FlagSet'): EventRecord {
  const time = '2026-01-01T00:00:00.000Z';
  const record = {
    id: `${agentId}:${sequence}`,
    source: `/agents/${agentId}`,
    type: `ymera.flags.${name}`,
    sequence,
    time,
  };
  return record as EventRecord;
}
