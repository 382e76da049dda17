import { evolveAgent, unborn, type AgentState } from '../../../actors/core/agent-state';
import { eventKind } from '../../../actors/core/event';
import { kindNamed } from '../../../actors/registry';
import type { AgentEvents } from '../../agent-events';
import { Problem } from '../../problem';

/**
 * An agent as it stood after each of some events, folded from its first event on.
 * @param at sequences, in any order; the last event there is for `undefined`
 * @throws Problem `out_of_range` where one of them lies beyond the last event
 */
export async function agentAt<At extends (number | undefined)[]>(
  events: AgentEvents,
  id: string,
  ...at: At
): Promise<{ [Each in keyof At]: AgentState }> {
  const wanted = new Set(at);
  const until = at.includes(undefined) ? undefined : Math.max(...(at as number[]));
  const found = new Map<number | undefined, AgentState>();
  let agent: AgentState | undefined;
  for await (const record of events.read(id, 1, until)) {
    const kind = kindNamed(eventKind(record));
    agent = evolveAgent(kind, agent ?? unborn(kind, id), record);
    if (wanted.has(record.sequence)) found.set(record.sequence, agent);
  }
  if (agent) found.set(undefined, agent);
  const pick = (sequence: number | undefined): AgentState => {
    const then = found.get(sequence);
    if (then) return then;
    throw new Problem('out_of_range', `agent ${id} has no event ${sequence}; the last one is ${agent?.sequence ?? 0}`);
  };
  return at.map(pick) as { [Each in keyof At]: AgentState };
}
