import { eventName } from '../actors/core/event';
import type { Outcome } from './commands';
import type { Call } from './route';

/** Puts changes of a config on record, with where they came from; what changed is in the agent's own events. */
export async function recordConfigs(
  record: Call['record'],
  agentId: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  const events = outcomes.flatMap((outcome) => (outcome.status === 'accepted' ? outcome.events : []));
  for (const event of events.filter((each) => eventName(each) === 'ConfigChanged')) {
    const { version } = event.data as { version: number };
    const why = event.reason === undefined ? {} : { reason: event.reason };
    await record({ type: 'ConfigWritten', about: agentId, detail: { version: String(version) }, ...why });
  }
}
