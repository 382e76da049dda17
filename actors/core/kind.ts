import type { TObject, TSchema } from '@sinclair/typebox';
import type { Command } from './command';
import type { Effect } from './effect';
import type { FieldError } from './errors';
import type { AgentHealth } from './health';
import type { DomainEvent, MessageType, Recorded } from './event';
import { lifecycleCommands, lifecycleEvents, type LifecycleEvent } from './lifecycle';

export interface CommandDefinition {
  description: string;
  schema: TSchema;
  /** Only Ymera's own parts may send it. */
  internal?: boolean;
}

export interface EventDefinition {
  schema: TSchema;
  messagetype: MessageType;
}

/** The pure core of an agent: given a command, which facts follow; given a fact, what the state becomes. */
export interface Decider<State, C extends Command, E extends DomainEvent, Config> {
  initialState(): State;
  /** @throws DomainError when the command can't be done; nothing has changed then. */
  decide(command: C, state: State, config: Config): E[];
  /** Sees its own events and the lifecycle's (a config change may concern the state). Never throws. */
  evolve(state: State, event: Recorded<E> | LifecycleEvent): State;
}

/** A kind of agent: one folder under `actors/` and one line in `registry.ts`. State is plain JSON. */
export interface AgentKind<
  State = unknown,
  C extends Command = Command,
  E extends DomainEvent = DomainEvent,
  Config = unknown,
> extends Decider<State, C, E, Config> {
  name: string;
  title: string;
  description: string;
  /** Must extend `baseConfig`. */
  config: TObject;
  commands: Record<string, CommandDefinition>;
  events: Record<string, EventDefinition>;
  /** How large a config may be, where it is not `mostConfigBytes` of `limits.ts`. */
  mostConfigBytes?: number;
  /** What a JSON Schema can't say about a config. */
  checkConfig?(config: Config): FieldError[];
  /** What must be done outside because of this event, given the state after it. */
  effects?(event: Recorded<E> | LifecycleEvent, agent: { id: string; state: State; config: Config }): Effect[];
  /**
   * What of a state a fork begins with: nothing that somebody waits for, such as runs, timers and open issues. A kind that does not
   * say so has no forks.
   */
  fork?(state: State): State;
  /**
   * When the agent wants to be woken, ISO 8601 UTC, or null: it is sent the internal command `Alarm` `{at}` then. Called with
   * each new state, so it must be cheap.
   */
  alarm?(state: State, config: Config): string | null;
  /** Made by Ymera itself only, and not listed among the agents of people. */
  internal?: true;
  /** Which workflow hosts it; `agent` unless told. */
  workflow?: 'run';
  /** How that stands which the agent looks after, for lists of agents. A kind that looks after nothing has none. */
  health?(state: State): AgentHealth;
  /** A kind's own part of the checkpoint in Redis, for those who read only that. */
  checkpoint?(state: State): unknown;
}

/** A kind whose type parameters are forgotten: what the generic shell works with. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the four are only ever used together, through the kind itself
export type AnyKind = AgentKind<any, any, any, any>;

/** Every command an agent of this kind knows, by name. Without a prototype, so that `constructor` is none of them. */
export function commandsOf(kind: AnyKind): Record<string, CommandDefinition> {
  return Object.assign(Object.create(null) as object, lifecycleCommands, kind.commands);
}

/** Every event an agent of this kind records, by name. */
export function eventsOf(kind: AnyKind): Record<string, EventDefinition> {
  return Object.assign(Object.create(null) as object, lifecycleEvents, kind.events);
}
