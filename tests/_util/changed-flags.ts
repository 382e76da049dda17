import { flags as released } from '../../actors/flags/flags';

/** The kind `flags` with another `decide` and no other version: it keeps the opposite of what it is told. */
export const flags: typeof released = {
  ...released,
  decide(command, state, config) {
    const events = released.decide(command, state, config);
    return events.map((event) => {
      if (event.type !== 'FlagSet') return event;
      return { ...event, data: { ...event.data, value: `not ${String(event.data.value)}` } };
    });
  },
};
