import { createHash } from 'node:crypto';
import type { LoadedDataConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { RunFacts } from '../actors/core/evidence/told-check';
import type { EventRecord } from '../actors/core/event';
import type { Dispatch } from '../workflows/messages';
import { decode, recordsAtBeginning, recordsIn, type HistoryEvent, type RunBeginning } from './history-records';

/** What a raw history tells of one record. */
export interface ToldRecord {
  record: EventRecord;
  /** Principal of the command that the same history holds under the record's `commandid`; null where it holds none. */
  sender: string | null;
}

/** The events of an archived history. @param bytes `temporal.api.history.v1.History` as protobuf @throws where they are none */
export function eventsOf(bytes: Uint8Array): HistoryEvent[] {
  return temporal.api.history.v1.History.decode(bytes).events ?? [];
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** How a run hangs together with the ones before and after it, as its own history says, encrypted or not. */
export function linksOf(
  events: readonly HistoryEvent[],
): Pick<RunFacts, 'runId' | 'previousRunId' | 'nextRunId' | 'closed'> {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const last = events.at(-1);
  const ended =
    last?.workflowExecutionContinuedAsNewEventAttributes ??
    last?.workflowExecutionCompletedEventAttributes ??
    last?.workflowExecutionFailedEventAttributes ??
    last?.workflowExecutionTimedOutEventAttributes ??
    last?.workflowExecutionTerminatedEventAttributes ??
    last?.workflowExecutionCanceledEventAttributes;
  return {
    runId: started?.originalExecutionRunId ?? '',
    previousRunId: started?.continuedExecutionRunId || null,
    nextRunId: (ended && 'newExecutionRunId' in ended && ended.newExecutionRunId) || null,
    closed: Boolean(ended),
  };
}

/**
 * All records that a run's history tells of, in the order in which it does; one may come several times.
 * @throws DecryptionError where a key is missing
 */
export async function* toldBy(
  converter: LoadedDataConverter,
  events: readonly HistoryEvent[],
  beginning: RunBeginning,
): AsyncGenerator<ToldRecord> {
  const senders = new Map<string, string>();
  if ('creation' in beginning.input) {
    const { id, principal } = beginning.input.creation.command;
    senders.set(id, principal);
  }
  const tell = (record: EventRecord): ToldRecord => ({ record, sender: senders.get(record.commandid) ?? null });
  yield* recordsAtBeginning(beginning).map(tell);
  for (const event of events) {
    const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.args;
    if (request) {
      const [order] = (await decode(converter, request)) as [Partial<Dispatch> | undefined];
      for (const { id, principal } of order?.commands ?? []) senders.set(id, principal);
    }
    yield* (await recordsIn(converter, [event])).map(tell);
  }
}
