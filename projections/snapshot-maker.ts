import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { evolveAgent, unborn, type AgentState } from '../actors/core/agent-state';
import { eventAgent, eventKind, type EventRecord } from '../actors/core/event';
import type { Logger } from '../infra/logger';
import { knownKind } from './fold';
import { streamEvents } from './queries/events';
import { snapshotEvery, Waypoints, type Snapshots } from './queries/snapshots';

const pauseMs = 250;

/** Makes the snapshots of agents that have grown, beside the projector's own work. */
export class SnapshotMaker {
  private readonly due = new Set<string>();

  constructor(
    private readonly pool: Pool,
    private readonly snapshots: Pick<Snapshots, 'before' | 'keep'>,
    private readonly logger: Logger,
  ) {}

  /** Takes note of records that have come into the ledger. */
  note(records: readonly EventRecord[]): void {
    for (const record of records) if (record.sequence % snapshotEvery === 0) this.due.add(eventAgent(record));
  }

  /** Works until aborted. Never throws: an agent that fails gets its snapshots with its next ones, or by whoever reads it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [agentId] = this.due;
      if (agentId === undefined) {
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        continue;
      }
      this.due.delete(agentId);
      await this.make(agentId).catch((error: unknown) => {
        this.logger.warn({ err: error, agentId }, 'the snapshots of an agent were not made');
      });
    }
  }

  /**
   * Makes those that an agent lacks at its end: from the newest that holds, so that what this code has not folded is folded anew.
   * @throws the error of Postgres
   */
  async make(agentId: string): Promise<void> {
    const waypoints = new Waypoints();
    let agent: AgentState | null = await this.snapshots.before(agentId, Number.MAX_SAFE_INTEGER);
    for await (const record of streamEvents(this.pool, agentId, (agent?.sequence ?? 0) + 1)) {
      const kind = knownKind(eventKind(record));
      if (!kind) return;
      agent = evolveAgent(kind, agent ?? unborn(kind, agentId), record);
      waypoints.pass(agent);
    }
    await this.snapshots.keep(waypoints.states);
  }
}
