import type { LoadedDataConverter } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';
import { createAgent } from '../actors/core/agent';
import { recordsOf } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import { genesisHash } from '../actors/core/hash-chain';
import { kindNamed } from '../actors/registry';
import type { AgentInput, Dispatched } from '../workflows/messages';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** Decoded and handed out at once. */
const batchSize = 200;
/** How many records may wait for one before them: more than a run makes before it publishes. */
const mostEarly = 5_000;

/**
 * What an agent's histories tell of its records: each is in the outcome of the Update that made it, or, where a run made it by
 * itself, in the input of the activity that published it or in what the run handed to the next; the first follows from what
 * started the workflow. Runs none of the agent's code but its birth, so it gives what was decided then, whatever `decide` would
 * say now.
 */

/** How one run of an agent's workflow begins. */
export interface RunBeginning {
  input: AgentInput;
  /** ISO 8601 */
  startedAt: string;
  runId: string;
  /** The run that this one continues. */
  previousRunId: string | null;
  /** Where the chain stood before the first record that this run itself made. */
  before: { sequence: number; hash: string };
}

/** @param start the first event of a run's history @throws Error where it is none, DecryptionError where its key is missing */
export async function beginningOf(
  converter: LoadedDataConverter,
  start: HistoryEvent | undefined,
): Promise<RunBeginning> {
  const started = start?.workflowExecutionStartedEventAttributes;
  const [input] = (await decode(converter, started?.input)) as [AgentInput | undefined];
  if (!started || !input) throw new Error('the history of a run has no beginning');
  const before =
    'carried' in input
      ? { sequence: input.carried.agent.sequence, hash: input.carried.agent.hash }
      : { sequence: 0, hash: genesisHash };
  return {
    input,
    startedAt: isoTime(start?.eventTime),
    runId: started.originalExecutionRunId ?? '',
    previousRunId: started.continuedExecutionRunId || restoredFrom(input),
    before,
  };
}

/** The run that an agent was made again from, out of a backup; null for one that was not. */
export function restoredFrom(input: AgentInput): string | null {
  return 'carried' in input ? (input.carried.restored?.from ?? null) : null;
}

/** The first record that a run's history holds: its own, or one that the run before it has handed on. */
export function firstHeld({ input, before }: RunBeginning): number {
  return ('carried' in input ? input.carried.pending?.[0]?.sequence : undefined) ?? before.sequence + 1;
}

/** Records that a run begins with: the birth of its agent, or those that the run before it has handed on. */
export function recordsAtBeginning({ input, startedAt }: RunBeginning): EventRecord[] {
  if ('carried' in input) return input.carried.pending ?? [];
  return createAgent(kindNamed(input.creation.kind), input.creation, startedAt).records;
}

/**
 * The records that events of a history hold, by sequence; one may be there several times.
 * @throws DecryptionError where a key is missing
 */
export async function recordsIn(
  converter: LoadedDataConverter,
  events: readonly HistoryEvent[],
): Promise<EventRecord[]> {
  const records: EventRecord[] = [];
  for (const event of events) records.push(...(await recordsInOne(converter, event)));
  return records.sort((a, b) => a.sequence - b.sequence);
}

async function recordsInOne(converter: LoadedDataConverter, event: HistoryEvent): Promise<EventRecord[]> {
  const ordered = event.activityTaskScheduledEventAttributes?.input;
  if (ordered) {
    const [input] = (await decode(converter, ordered)) as [{ records?: EventRecord[] } | undefined];
    return input?.records ?? [];
  }
  const handedOn = event.workflowExecutionContinuedAsNewEventAttributes?.input;
  if (handedOn) {
    const [input] = (await decode(converter, handedOn)) as [AgentInput];
    return 'carried' in input ? (input.carried.pending ?? []) : [];
  }
  const outcome = event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success;
  if (!outcome) return [];
  const [dispatched] = (await decode(converter, outcome)) as [Dispatched];
  return dispatched.results.flatMap(recordsOf);
}

/**
 * The records that one run made, as its whole history tells them: each once, in order, batch by batch.
 * @throws Error where they have a gap, DecryptionError where a key is missing
 */
export async function* recordsOfRun(
  converter: LoadedDataConverter,
  events: readonly HistoryEvent[],
): AsyncGenerator<EventRecord[]> {
  const beginning = await beginningOf(converter, events[0]);
  const order = new RecordOrder(beginning.before.sequence + 1);
  const born = order.take(recordsAtBeginning(beginning));
  if (born.length > 0) yield born;
  for (let i = 0; i < events.length; i += batchSize) {
    const records = order.take(await recordsIn(converter, events.slice(i, i + batchSize)));
    if (records.length > 0) yield records;
  }
  if (order.waiting > 0) throw new Error(`the history of run ${beginning.runId} lacks record ${order.next}`);
}

/** Puts records in order that come several times, or a little too early: an Update's before what the run had made by itself. */
export class RecordOrder {
  private readonly early = new Map<number, EventRecord>();

  /** @param next sequence of the first record wanted */
  constructor(public next: number) {}

  /** How many came too early and wait for others. */
  get waiting(): number {
    return this.early.size;
  }

  /** What follows now, without a gap. @throws Error where one is missing for good */
  take(records: readonly EventRecord[]): EventRecord[] {
    for (const record of records) if (record.sequence >= this.next) this.early.set(record.sequence, record);
    if (this.early.size > records.length + mostEarly) throw new Error(`the history lacks record ${this.next}`);
    const ready: EventRecord[] = [];
    for (let record = this.early.get(this.next); record; record = this.early.get(this.next)) {
      ready.push(record);
      this.early.delete(this.next);
      this.next += 1;
    }
    return ready;
  }
}

export async function decode(converter: LoadedDataConverter, payloads: Payloads): Promise<unknown[]> {
  return (await decodeArrayFromPayloads(converter, payloads?.payloads)) ?? [];
}

/** A time of Temporal's as ISO 8601, to the millisecond. */
export function isoTime(time: HistoryEvent['eventTime']): string {
  const ms = Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
