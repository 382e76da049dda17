import { eventName, type EventRecord, type RecordedEvent } from './event';
import { genesisHash, hashOf } from './hash-chain';
import type { AnyKind } from './kind';
import { isLifecycleEvent, type ForkOrigin, type LifecycleEvent } from './lifecycle';

/** One version of an agent's config; the config itself is in the event of that sequence. */
export interface ConfigVersion {
  version: number;
  sequence: number;
  hash: string;
}

/** How many config versions back a rollback can reach. */
const mostVersions = 1000;

/** Everything an agent is, folded from its records alone. Plain JSON. */
export interface AgentState<State = unknown, Config = unknown> {
  id: string;
  kind: string;
  name: string;
  status: 'running' | 'stopped';
  state: State;
  config: Config;
  configVersion: number;
  configVersions: ConfigVersion[];
  sequence: number;
  hash: string;
  createdAt: string;
  updatedAt: string;
  /** Where it was forked from; others have no such member. */
  forkedFrom?: ForkOrigin;
}

/** An agent before its first record. */
export function unborn(kind: AnyKind, id: string): AgentState {
  return {
    id,
    kind: kind.name,
    name: id,
    status: 'running',
    state: kind.initialState(),
    config: null,
    configVersion: 0,
    configVersions: [],
    sequence: 0,
    hash: genesisHash,
    createdAt: '',
    updatedAt: '',
  };
}

/** The record as `evolve` sees it. */
export function recorded(record: EventRecord): RecordedEvent {
  return { type: eventName(record), data: record.data, sequence: record.sequence, time: record.time };
}

/** The agent after one more record. The one way an agent's state ever changes: in the workflow, the read side, the console and the audit alike. */
export function evolveAgent(kind: AnyKind, agent: AgentState, record: EventRecord): AgentState {
  const event = recorded(record);
  const lifecycle = isLifecycleEvent(event);
  const before = lifecycle && event.type === 'AgentForked' ? event.data.state : agent.state;
  const next: AgentState = {
    ...agent,
    state: kind.evolve(before, event),
    sequence: record.sequence,
    hash: record.hash,
    updatedAt: record.time,
  };
  return lifecycle ? evolveLifecycle(next, event) : next;
}

function evolveLifecycle(agent: AgentState, event: LifecycleEvent): AgentState {
  switch (event.type) {
    case 'AgentCreated':
      return { ...withConfig(agent, event), name: event.data.name, createdAt: event.time };
    case 'AgentForked': {
      const { name, forkedFrom } = event.data;
      return { ...withConfig(agent, event), name, createdAt: event.time, forkedFrom };
    }
    case 'ConfigChanged':
      return withConfig(agent, event);
    case 'AgentStopped':
      return { ...agent, status: 'stopped' };
  }
}

function withConfig(
  agent: AgentState,
  {
    sequence,
    data: { version, config },
  }: Extract<LifecycleEvent, { type: 'AgentCreated' | 'AgentForked' | 'ConfigChanged' }>,
): AgentState {
  return {
    ...agent,
    config,
    configVersion: version,
    configVersions: [...agent.configVersions, { version, sequence, hash: hashOf(config) }].slice(-mostVersions),
  };
}

/** What an event can change that is not of the event itself. */
export function comparedOf({
  name,
  status,
  state,
  config,
  configVersion,
}: Pick<AgentState, 'name' | 'status' | 'state' | 'config' | 'configVersion'>): object {
  return { name, status, state, config, configVersion };
}

/** Folds a chain of records, oldest first, onto an agent. */
export function foldAgent(kind: AnyKind, agent: AgentState, records: Iterable<EventRecord>): AgentState {
  let folded = agent;
  for (const record of records) folded = evolveAgent(kind, folded, record);
  return folded;
}
