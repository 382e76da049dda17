import { Type, type Static } from '@sinclair/typebox';
import type { CommandDefinition, EventDefinition } from './kind';
import type { RecordedEvent } from './event';

const configEventData = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  config: Type.Unknown(),
  /** The version that a rollback repeats. */
  rollbackOf: Type.Optional(Type.Integer({ minimum: 1 })),
});

const agentCreated = Type.Object({
  name: Type.String(),
  config: Type.Unknown(),
  version: Type.Literal(1),
});

/** Where a fork comes from: an agent, and the record of its chain up to which the two are one. */
const forkOrigin = Type.Object({
  agent: Type.String(),
  sequence: Type.Integer({ minimum: 1 }),
  hash: Type.String(),
});

/** Born with the state that another agent had, so that its own records alone fold to it. */
const agentForked = Type.Object({
  name: Type.String(),
  config: Type.Unknown(),
  version: Type.Literal(1),
  /** Without what was pending (`fork` of the kind). */
  state: Type.Unknown(),
  forkedFrom: forkOrigin,
});

const agentStopped = Type.Object({});

/** Events that every kind of agent has. */
export const lifecycleEvents = {
  AgentCreated: { schema: agentCreated, messagetype: 'EVENT' },
  AgentForked: { schema: agentForked, messagetype: 'EVENT' },
  ConfigChanged: { schema: configEventData, messagetype: 'EVENT' },
  AgentStopped: { schema: agentStopped, messagetype: 'EVENT' },
} as const satisfies Record<string, EventDefinition>;

export type ForkOrigin = Static<typeof forkOrigin>;
export type LifecycleEvent =
  | RecordedEvent<'AgentCreated', Static<typeof agentCreated>>
  | RecordedEvent<'AgentForked', Static<typeof agentForked>>
  | RecordedEvent<'ConfigChanged', Static<typeof configEventData>>
  | RecordedEvent<'AgentStopped', Static<typeof agentStopped>>;

export function isLifecycleEvent(event: { type: string }): event is LifecycleEvent {
  return event.type in lifecycleEvents;
}

const setConfig = Type.Object(
  {
    config: Type.Unknown(),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

const rollbackConfig = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    /** The config of that version, looked up by the sender; the agent checks it against the hash it kept. */
    config: Type.Unknown(),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

const stop = Type.Object({}, { additionalProperties: false });

/** Commands that every kind of agent has. */
export const lifecycleCommands = {
  SetConfig: { schema: setConfig, description: 'Replace the config; a new version.' },
  RollbackConfig: { schema: rollbackConfig, description: 'Make a new version equal to an old one.' },
  Stop: { schema: stop, description: 'Stop the agent. Its history stays.' },
} as const satisfies Record<string, CommandDefinition>;

export type SetConfig = Static<typeof setConfig>;
export type RollbackConfig = Static<typeof rollbackConfig>;
