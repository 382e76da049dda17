import { evolveAgent, recorded, unborn, type AgentState } from './agent-state';
import { isOwn, type CommandEnvelope } from './command';
import { DomainError, isDomainError } from './errors';
import type { DomainEvent, EventRecord } from './event';
import { hashOf, seal } from './hash-chain';
import type { Effect } from './effect';
import type { Fork } from './fork';
import { jsonBytes } from './json-size';
import { commandsOf, eventsOf, type AnyKind } from './kind';
import type { RollbackConfig, SetConfig } from './lifecycle';
import { mostCommandBytes } from './limits';
import { checked, checkedConfig } from './validate';

/** What a command did: the agent after it, the records it made, and what they want done outside. */
export interface Applied {
  agent: AgentState;
  records: EventRecord[];
  effects: Effect[];
  /** Why it was not done, where the refusal itself is on record. */
  refusal?: DomainError;
}

/** The birth of an agent: who asked for it, and what it starts with. `config` was checked by the sender. */
export interface Creation {
  kind: string;
  id: string;
  name: string;
  config: unknown;
  /** What it carries on of another agent, where it is a fork. */
  fork?: Fork;
  command: Omit<CommandEnvelope, 'type' | 'data'>;
}

/** Makes an agent's first record. Pure, so that it can be made again from what started the workflow. */
export function createAgent(kind: AnyKind, creation: Creation, time: string): Applied {
  const { id, name, config, fork, command } = creation;
  const data = { name, config, version: 1 };
  const event = fork
    ? { type: 'AgentForked', data: { ...data, state: fork.state, forkedFrom: fork.from } }
    : { type: 'AgentCreated', data };
  return append(kind, unborn(kind, id), [event], command, time);
}

/**
 * Checks a command, decides, and records what follows.
 * @param time when it was accepted, ISO 8601 UTC
 * @throws DomainError; the agent is as it was
 */
export function applyCommand(kind: AnyKind, agent: AgentState, command: CommandEnvelope, time: string): Applied {
  if (agent.status === 'stopped') throw new DomainError('agent_stopped', `agent ${agent.id} is stopped`);
  try {
    return append(kind, agent, decideAgent(kind, agent, command, time), command, time);
  } catch (error) {
    if (!isDomainError(error) || error.recorded.length === 0) throw error;
    return { ...append(kind, agent, error.recorded, command, time), refusal: error };
  }
}

/** Records facts that the agent's own workflow has seen happen. */
export function recordEvents(
  kind: AnyKind,
  agent: AgentState,
  events: DomainEvent[],
  command: Pick<CommandEnvelope, 'id' | 'principal'>,
  time: string,
): Applied {
  return append(kind, agent, events, command, time);
}

function decideAgent(kind: AnyKind, agent: AgentState, command: CommandEnvelope, time: string): DomainEvent[] {
  const definition = commandsOf(kind)[command.type];
  if (!definition) throw new DomainError('unknown_command', `a ${kind.name} agent knows no command ${command.type}`);
  if (definition.internal && !isOwn(command)) {
    throw new DomainError('internal_command', `${command.type} is sent by Ymera itself only`);
  }
  if (jsonBytes(command.data) > mostCommandBytes) {
    throw new DomainError('invalid_command', `the data of ${command.type} is larger than ${mostCommandBytes} bytes`);
  }
  const data = checked(definition.schema, command.data, 'invalid_command', `the data of ${command.type}`);
  switch (command.type) {
    case 'SetConfig':
      return [changeConfig(kind, agent, data as SetConfig)];
    case 'RollbackConfig':
      return [rollBackConfig(kind, agent, data as RollbackConfig)];
    case 'Stop':
      return [{ type: 'AgentStopped', data: {} }];
    default: {
      const { type, id, principal, roles = [], reason } = command;
      return kind.decide(
        { type, data, id, principal, roles, reason, time },
        agent.state,
        agent.config,
      ) as DomainEvent[];
    }
  }
}

function changeConfig(kind: AnyKind, agent: AgentState, { config, expectedVersion }: SetConfig): DomainEvent {
  checkVersion(agent, expectedVersion);
  return { type: 'ConfigChanged', data: { version: agent.configVersion + 1, config: checkedConfig(kind, config) } };
}

function rollBackConfig(kind: AnyKind, agent: AgentState, command: RollbackConfig): DomainEvent {
  checkVersion(agent, command.expectedVersion);
  const target = agent.configVersions.find(({ version }) => version === command.version);
  if (!target || hashOf(command.config) !== target.hash) {
    throw new DomainError('version_not_found', `agent ${agent.id} has no such config as version ${command.version}`);
  }
  // Checked again: the schema may have become stricter since.
  const config = checkedConfig(kind, command.config);
  return { type: 'ConfigChanged', data: { version: agent.configVersion + 1, config, rollbackOf: command.version } };
}

function checkVersion(agent: AgentState, expected: number | undefined): void {
  if (expected === undefined || expected === agent.configVersion) return;
  throw new DomainError('version_conflict', `the config is at version ${agent.configVersion}, not ${expected}`);
}

function append(
  kind: AnyKind,
  agent: AgentState,
  events: DomainEvent[],
  command: Pick<CommandEnvelope, 'id' | 'principal' | 'reason' | 'traceparent'>,
  time: string,
): Applied {
  const applied: Applied = { agent, records: [], effects: [] };
  for (const event of events) {
    const record = seal(envelope(kind, applied.agent, event, command, time));
    applied.agent = evolveAgent(kind, applied.agent, record);
    applied.records.push(record);
    const { id, state, config } = applied.agent;
    applied.effects.push(...(kind.effects?.(recorded(record), { id, state, config }) ?? []));
  }
  return applied;
}

function envelope(
  kind: AnyKind,
  agent: AgentState,
  { type, data }: DomainEvent,
  command: Pick<CommandEnvelope, 'id' | 'principal' | 'reason' | 'traceparent'>,
  time: string,
): Omit<EventRecord, 'hash'> {
  const definition = eventsOf(kind)[type];
  if (!definition) throw new Error(`kind ${kind.name} does not declare its event ${type}`);
  const sequence = agent.sequence + 1;
  return {
    specversion: '1.0',
    id: `${agent.id}:${sequence}`,
    source: `/agents/${agent.id}`,
    type: `ymera.${kind.name}.${type}`,
    time,
    datacontenttype: 'application/json',
    data,
    sequence,
    messagetype: definition.messagetype,
    commandid: command.id,
    principal: command.principal,
    ...(command.reason === undefined ? {} : { reason: command.reason }),
    ...(command.traceparent === undefined ? {} : { traceparent: command.traceparent }),
    prevhash: agent.hash,
  };
}
