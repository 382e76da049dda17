import type { Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import type { Logger } from '../infra/logger';
import type { Positioned } from '../infra/nats/event-bus';
import type { AgentFilter, AgentPage } from '../projections/queries/agents';
import type { User } from '../projections/queries/users';
import type { AgentView } from '../workflows/messages';
import type { AgentEvents } from './agent-events';
import type { ApiMetrics } from './metrics';
import type { Passwords } from './passwords';
import type { Tokens } from './tokens';
import type { Hub } from './ws/hub';

/** Agents as they live; see `temporal/agents.ts` for the codes of what it throws. */
export interface Agents {
  create(creation: Creation): Promise<AgentView>;
  send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]>;
  view(agentId: string): Promise<AgentView>;
  readonly queueDepth: number;
}

/** An agent's own events, complete; read from its history in Temporal. */
export interface AgentHistory {
  read(agentId: string, from: number, to?: number): AsyncIterable<EventRecord[]>;
}

/** What the projector has written. Each call throws a `Problem` `unavailable` where Postgres does not answer in time. */
export interface Ledger {
  list(filter: AgentFilter, limit: number, cursor?: string): Promise<AgentPage>;
  find(agentId: string): Promise<AgentState | null>;
  count(): Promise<{ running: number; stopped: number }>;
  /** Events with `from <= sequence <= to`, ascending, at most `limit`. */
  events(agentId: string, from: number, to: number, limit: number): Promise<EventRecord[]>;
  /** Events of all agents after a position of the stream, in its order. */
  eventsAfter(position: number, limit: number): Promise<Positioned[]>;
  user(username: string): Promise<User | null>;
}

/** The stream of all events. */
export interface EventStream {
  subscribeLive(
    onFrame: (position: number, record: EventRecord) => void,
    onState: (connected: boolean) => void,
  ): Promise<{ close(): Promise<void> }>;
  read(from: number, to?: number): AsyncIterable<Positioned>;
  bounds(): Promise<{ first: number; last: number }>;
}

/** Remembers what may be used once. */
export interface OnceStore {
  /** True for the first who asks for this id within `seconds`. */
  claim(id: string, seconds: number): Promise<boolean>;
}

export const dependencyNames = ['temporal', 'nats', 'redis', 'postgres'] as const;
export type DependencyName = (typeof dependencyNames)[number];

/** Resolves when the server answers, rejects when it does not. */
export type Probes = Record<DependencyName, () => Promise<unknown>>;

/** All that the API works with; `server.ts` wires it. */
export interface Dependencies {
  agents: Agents;
  events: AgentEvents;
  ledger: Ledger;
  checkpoints: { get(agentId: string): Promise<Record<string, unknown> | null> };
  projectorBacklog(): Promise<{ waiting: number; unacked: number }>;
  probes: Probes;
  tokens: Tokens;
  passwords: Passwords;
  hub: Pick<Hub, 'learn' | 'size'>;
  metrics: ApiMetrics;
  logger: Logger;
  about: { version: string; environment: string; startedAt: Date };
}
