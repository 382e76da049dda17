import { eventAgent, type EventRecord } from '../../actors/core/event';

const mostAgents = 50_000;
const mostUnseen = 10_000;

/** Which of the events that this process made know of have not come through the stream. Bounded; it forgets the oldest. */
export class EarlyEvents {
  /** How far the stream has come, agent by agent. */
  private readonly seen = new Map<string, number>();
  private readonly unseen = new Map<string, EventRecord>();

  /** The stream has this one now. */
  see(record: EventRecord): void {
    const agentId = eventAgent(record);
    this.seen.delete(agentId);
    this.seen.set(agentId, record.sequence);
    trim(this.seen, mostAgents);
    this.unseen.delete(record.id);
  }

  /** Those of the records that the stream has not brought. */
  learn(records: readonly EventRecord[]): EventRecord[] {
    const fresh = records.filter((record) => record.sequence > (this.seen.get(eventAgent(record)) ?? 0));
    for (const record of fresh) this.unseen.set(record.id, record);
    trim(this.unseen, mostUnseen);
    return fresh;
  }

  /** All that it still waits for. */
  waiting(): EventRecord[] {
    return [...this.unseen.values()];
  }
}

function trim(map: Map<string, unknown>, most: number): void {
  while (map.size > most) {
    const oldest = map.keys().next();
    if (oldest.done) return;
    map.delete(oldest.value);
  }
}
