import { evolveAgent, unborn, type AgentState } from '../actors/core/agent-state';
import { eventKind, type EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import type { Logger } from '../infra/logger';
import { Waypoints } from '../projections/queries/snapshots';
import type { AgentEvents } from './agent-events';
import type { KeptSnapshots, Ledger } from './read-side';
import type { Moment } from './moment';
import { Problem } from './problem';

/** One event, and the agent before (null at its birth) and after it. */
export interface Change {
  before: AgentState | null;
  after: AgentState;
  record: EventRecord;
}

/** Agents as they stood at any moment, folded from the nearest snapshot before it, whether they live, are stopped, or long gone. */
export class AgentMoments {
  constructor(
    private readonly events: AgentEvents,
    private readonly ledger: Pick<Ledger, 'sequenceAt'>,
    private readonly snapshots: KeptSnapshots,
    private readonly logger: Logger,
  ) {}

  /**
   * An agent as it stood at a moment; after its last event where none is given.
   * @throws Problem `agent_not_found` | `out_of_range` | `unavailable`
   */
  async at(id: string, moment?: Moment): Promise<AgentState> {
    const sequence = await this.sequenceOf(id, moment);
    const base = await this.nearest(id, sequence ?? Number.MAX_SAFE_INTEGER);
    let agent = base;
    for await (const { after } of this.fold(id, base, sequence)) agent = after;
    if (agent && (sequence === undefined || agent.sequence === sequence)) return agent;
    throw new Problem('out_of_range', `agent ${id} has no event ${sequence}; the last one is ${agent?.sequence ?? 0}`);
  }

  /** Each event with `from <= sequence <= to`, ascending, and what it has changed. @throws as `at` does */
  async *changes(id: string, from: number, to: number): AsyncGenerator<Change> {
    const base = from > 1 ? await this.at(id, from - 1) : null;
    yield* this.fold(id, base, to);
  }

  /** The last event at a moment. @throws Problem `agent_not_found` | `out_of_range` | `unavailable` */
  async sequenceOf(id: string, moment: Moment | undefined): Promise<number | undefined> {
    if (typeof moment !== 'object') return moment;
    const { time } = moment;
    let last = await this.ledger.sequenceAt(id, time).catch(whileAway(0));
    // The ledger may not have come to that time yet.
    const [next] = await this.events.range(id, last + 1, last + 1);
    if (next && next.time <= time) {
      for await (const record of this.events.read(id, last + 1)) {
        if (record.time > time) break;
        last = record.sequence;
      }
    }
    if (last === 0) throw new Problem('out_of_range', `agent ${id} was not there yet at ${time}`);
    return last;
  }

  private async *fold(id: string, base: AgentState | null, to: number | undefined): AsyncGenerator<Change> {
    const waypoints = new Waypoints();
    let before = base;
    for await (const record of this.events.read(id, (base?.sequence ?? 0) + 1, to)) {
      const kind = kindNamed(eventKind(record));
      const after = evolveAgent(kind, before ?? unborn(kind, id), record);
      yield { before, after, record };
      waypoints.pass(after);
      before = after;
    }
    // They were missing; whoever comes next finds them.
    void this.snapshots.keep(waypoints.states).catch((error: unknown) => {
      this.logger.warn({ err: error, agentId: id }, 'snapshots were not kept');
    });
  }

  private nearest(id: string, sequence: number): Promise<AgentState | null> {
    return this.snapshots.before(id, sequence).catch(whileAway(null));
  }
}

/** While Postgres is away, the agent's own history tells all. */
function whileAway<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Problem && error.code === 'unavailable') return instead;
    throw error;
  };
}
