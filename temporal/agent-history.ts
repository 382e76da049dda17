import type { Client } from '@temporalio/client';
import type { AgentHistory } from '../activities/ports';
import type { EventRecord } from '../actors/core/event';
import { isNotFound } from './grpc-status';
import { eventsOf } from './history-facts';
import { firstEvent, historyPages, pageSize } from './history-pages';
import {
  beginningOf,
  firstHeld,
  recordsAtBeginning,
  RecordOrder,
  recordsIn,
  type HistoryEvent,
  type RunBeginning,
} from './history-records';

/** Histories that Temporal may have forgotten. */
export interface HistoryArchive {
  /** The run of an agent that began last among those kept, or null. */
  newestRun(agentId: string): Promise<string | null>;
  /** Protobuf bytes of a run's `temporal.api.history.v1.History`, or null where none is kept. */
  read(agentId: string, runId: string): Promise<Uint8Array | null>;
}

/** One run of an agent's workflow: how it begins, and its events page by page. */
interface Run {
  beginning: RunBeginning;
  pages: () => AsyncIterable<HistoryEvent[]>;
}

/**
 * Reads an agent's events back from its workflow's history (`history-records.ts` tells how), and from the archive what Temporal
 * has forgotten. Needs no worker and does not run the agent's code again.
 */
export class TemporalAgentHistory implements AgentHistory {
  constructor(
    private readonly client: Client,
    private readonly archive?: HistoryArchive,
  ) {}

  async *read(agentId: string, from: number, to = Infinity): AsyncIterable<EventRecord[]> {
    const converter = this.client.options.loadedDataConverter;
    // What an activity carried along may come again with the next one.
    const order = new RecordOrder(from);
    for (const { beginning, pages } of await this.runsFrom(agentId, from)) {
      if (firstHeld(beginning) > to) return;
      const born = order.take(recordsAtBeginning(beginning)).filter(({ sequence }) => sequence <= to);
      if (born.length > 0) yield born;
      if (order.next > to) return;
      for await (const events of pages()) {
        const records = order.take(await recordsIn(converter, events)).filter(({ sequence }) => sequence <= to);
        if (records.length > 0) yield records;
        if (order.next > to) return;
      }
    }
  }

  /** The runs that hold events from `from` on, oldest first: walks back from the newest one. */
  private async runsFrom(agentId: string, from: number): Promise<Run[]> {
    const runs: Run[] = [];
    let runId: string | null = '';
    do {
      const run: Run = await this.openRun(agentId, runId);
      runs.unshift(run);
      if (firstHeld(run.beginning) <= from) break;
      runId = run.beginning.previousRunId;
    } while (runId !== null);
    return runs;
  }

  /** @param runId empty for the newest one */
  private async openRun(agentId: string, runId: string): Promise<Run> {
    const converter = this.client.options.loadedDataConverter;
    try {
      const beginning = await beginningOf(converter, await firstEvent(this.client, agentId, runId));
      return { beginning, pages: () => this.pages(agentId, beginning.runId) };
    } catch (error) {
      const events = isNotFound(error) ? await this.archived(agentId, runId) : null;
      if (events === null) throw error;
      return { beginning: await beginningOf(converter, events[0]), pages: () => slices(events) };
    }
  }

  private async archived(agentId: string, runId: string): Promise<HistoryEvent[] | null> {
    const kept = runId === '' ? await this.archive?.newestRun(agentId) : runId;
    const bytes = kept ? await this.archive?.read(agentId, kept) : null;
    return bytes ? eventsOf(bytes) : null;
  }

  private async *pages(agentId: string, runId: string): AsyncGenerator<HistoryEvent[]> {
    let seen = 0;
    try {
      for await (const events of historyPages(this.client, agentId, runId)) {
        seen += events.length;
        yield events;
      }
    } catch (error) {
      // It may be forgotten while it is read.
      const kept = isNotFound(error) ? await this.archived(agentId, runId) : null;
      if (kept === null) throw error;
      yield* slices(kept.slice(seen));
    }
  }
}

async function* slices(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent[]> {
  for (let i = 0; i < events.length; i += pageSize) yield events.slice(i, i + pageSize);
}
