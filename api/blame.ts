import { comparedOf, type AgentState } from '../actors/core/agent-state';
import { changesBetween, type ValueChange } from '../actors/core/json-changes';
import { valueAt } from '../actors/core/json-pointer';
import { snapshotEvery } from '../projections/queries/snapshots';
import type { AgentMoments, Change } from './agent-moments';

/** How many events one call looks at, and how many changed values it shows of one event. */
const mostLookedAt = 20 * snapshotEvery;
const mostValues = 100;

/** One event that has changed what was asked for: by whom, and what it was before and after. */
export interface BlamedEvent {
  sequence: number;
  time: string;
  type: string;
  principal: string;
  reason?: string;
  commandid: string;
  changes: ValueChange[];
  /** There were more. */
  truncated: boolean;
}

/**
 * Who has changed a value: events newest first. It looks back from snapshot to snapshot, so what lies far behind costs no more than
 * what is near.
 * @param path JSON Pointer into `{name, status, state, config, configVersion}`; of a whole subtree each changed value is shown
 * @param before only events before this sequence
 * @returns `next`: `before` of the page after this one, which may hold no event and yet not be the last; null where all was looked at
 * @throws Problem `agent_not_found` | `out_of_range` | `unavailable`
 */
export async function blame(
  moments: AgentMoments,
  agentId: string,
  path: string,
  before: number | undefined,
  limit: number,
): Promise<{ events: BlamedEvent[]; next: number | null }> {
  const events: BlamedEvent[] = [];
  const newest = before === undefined ? (await moments.at(agentId)).sequence : before - 1;
  let to = newest;
  while (to >= 1 && events.length <= limit && newest - to < mostLookedAt) {
    const from = Math.floor((to - 1) / snapshotEvery) * snapshotEvery + 1;
    const found: BlamedEvent[] = [];
    for await (const change of moments.changes(agentId, from, to)) {
      const blamed = blamedEvent(change, path);
      if (blamed) found.push(blamed);
    }
    events.push(...found.reverse());
    to = from - 1;
  }
  const shown = events.slice(0, limit);
  const rest = events.length > limit ? (shown.at(-1)?.sequence ?? null) : to >= 1 ? to + 1 : null;
  return { events: shown, next: rest };
}

function blamedEvent({ before, after, record }: Change, path: string): BlamedEvent | null {
  const valueOf = (agent: AgentState): [unknown] | [] => valueAt(comparedOf(agent), path);
  // One more than shown tells whether there are more.
  const changes = changesBetween(before ? valueOf(before) : [], valueOf(after), path, mostValues + 1);
  if (changes.length === 0) return null;
  const { sequence, time, type, principal, reason, commandid } = record;
  return {
    ...{ sequence, time, type, principal, ...(reason === undefined ? {} : { reason }), commandid },
    changes: changes.slice(0, mostValues),
    truncated: changes.length > mostValues,
  };
}
