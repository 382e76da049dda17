import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';
import type { Command } from '../core/command';
import { DomainError } from '../core/errors';
import type { DomainEvent, Recorded } from '../core/event';
import type { AgentKind } from '../core/kind';
import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';

const key = Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' });
const value = Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 1000 })]);

const config = Type.Object(
  {
    ...baseConfig,
    max_flags: Type.Integer({
      title: 'Most flags',
      description: 'How many flags the agent holds at most.',
      minimum: 1,
      maximum: 2000,
      default: 500,
    }),
  },
  { additionalProperties: false, title: 'Feature flags' },
);

const setFlag = Type.Object({ key, value }, { additionalProperties: false });
const removeFlag = Type.Object({ key }, { additionalProperties: false });

const flagSet = Type.Object({ key, value, previous: Type.Union([value, Type.Null()]) });
const flagRemoved = Type.Object({ key, previous: value });

export type FlagsConfig = Static<typeof config>;
export type FlagsCommand =
  Command<'SetFlag', Static<typeof setFlag>> | Command<'RemoveFlag', Static<typeof removeFlag>>;
export type FlagsEvent =
  DomainEvent<'FlagSet', Static<typeof flagSet>> | DomainEvent<'FlagRemoved', Static<typeof flagRemoved>>;
export interface FlagsState {
  flags: Record<string, Static<typeof value>>;
}

function decide(command: FlagsCommand, { flags }: FlagsState, { max_flags }: FlagsConfig): FlagsEvent[] {
  const previous = Object.hasOwn(flags, command.data.key) ? flags[command.data.key] : undefined;
  switch (command.type) {
    case 'SetFlag': {
      if (previous === command.data.value) return [];
      if (previous === undefined && Object.keys(flags).length >= max_flags) {
        throw new DomainError('limit_reached', `the agent holds ${max_flags} flags already`);
      }
      return [{ type: 'FlagSet', data: { ...command.data, previous: previous ?? null } }];
    }
    case 'RemoveFlag': {
      if (previous === undefined) throw new DomainError('not_found', `there is no flag ${command.data.key}`);
      return [{ type: 'FlagRemoved', data: { key: command.data.key, previous } }];
    }
  }
}

function evolve(state: FlagsState, event: Recorded<FlagsEvent> | LifecycleEvent): FlagsState {
  if (isLifecycleEvent(event)) return state;
  switch (event.type) {
    case 'FlagSet':
      return { flags: { ...state.flags, [event.data.key]: event.data.value } };
    case 'FlagRemoved': {
      const { [event.data.key]: _removed, ...flags } = state.flags;
      return { flags };
    }
  }
}

/** Feature flags and switches whose every change is on record: who, when, what it was before. */
export const flags: AgentKind<FlagsState, FlagsCommand, FlagsEvent, FlagsConfig> = {
  name: 'flags',
  title: 'Feature flags',
  description: 'Switches that services read, with every change on record: who, when, what it was before.',
  config,
  commands: {
    SetFlag: { schema: setFlag, description: 'Set a flag; nothing happens where it has that value already.' },
    RemoveFlag: { schema: removeFlag, description: 'Remove a flag.' },
  },
  events: {
    FlagSet: { schema: flagSet, messagetype: 'EVENT' },
    FlagRemoved: { schema: flagRemoved, messagetype: 'EVENT' },
  },
  initialState: () => ({ flags: {} }),
  decide,
  evolve,
  fork: (state) => state,
  checkpoint: ({ flags }) => ({ flag_count: Object.keys(flags).length }),
};
