import type { AgentMoments } from './agent-moments';
import { momentOf } from './moment';
import { Problem } from './problem';

/** Events of one agent, `from` and `to` among them. */
export interface ReplaySpan {
  from: number;
  to: number;
}

/**
 * The events between two moments: the first that did not happen before `from`, up to the last that had happened by `to`.
 * @param from its first event where it is left out
 * @param to its last event where it is left out
 * @throws Problem `agent_not_found` | `invalid_parameter` | `out_of_range` where there is none | `unavailable`
 */
export async function spanOf(moments: AgentMoments, id: string, from?: string, to?: string): Promise<ReplaySpan> {
  const last = (await moments.at(id, to === undefined ? undefined : momentOf(to))).sequence;
  const first = from === undefined ? 1 : await firstFrom(moments, id, from);
  if (first > last)
    throw new Problem('out_of_range', `agent ${id} has no event from ${from} to ${to ?? 'its last one'}`);
  return { from: first, to: last };
}

async function firstFrom(moments: AgentMoments, id: string, text: string): Promise<number> {
  const moment = momentOf(text);
  if (typeof moment === 'number') return moment;
  const justBefore = new Date(Date.parse(moment.time) - 1).toISOString();
  try {
    return ((await moments.sequenceOf(id, { time: justBefore })) ?? 0) + 1;
  } catch (error) {
    if (error instanceof Problem && error.code === 'out_of_range') return 1;
    throw error;
  }
}
