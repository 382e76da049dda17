import type { Client } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { RunSpan } from '../projections/queries/evidence-archive';
import type { RawHistory } from '../projections/queries/evidence-histories';
import { agentWorkflowId, type AgentInput } from '../workflows/messages';
import { DecryptionError, isEncrypted } from './codec/encryption-codec';
import { linksOf, sha256Of } from './history-facts';
import { historyPages, pageSize } from './history-pages';
import {
  beginningOf,
  decode,
  isoTime,
  recordsAtBeginning,
  RecordOrder,
  recordsIn,
  type HistoryEvent,
  type RunBeginning,
} from './history-records';

const { History } = temporal.api.history.v1;

/** What is to be kept of one run. */
export interface TakenHistory {
  facts: Omit<RawHistory, 'archivedAt' | keyof RunSpan>;
  /** The records that it tells of; null where the key that opens them is missing. */
  span: RunSpan | null;
  /** Protobuf of `temporal.api.history.v1.History`. */
  bytes: Uint8Array;
}

/**
 * The whole history of one run of an agent's workflow as Temporal has it now, and what it says of itself.
 * @param upTo length of the history in the task after which it is to end, where not all of it is wanted
 * @throws the client's error, NOT_FOUND among them
 */
export async function takeHistory(
  client: Client,
  agentId: string,
  runId: string,
  upTo = Infinity,
): Promise<TakenHistory> {
  const all: HistoryEvent[] = [];
  for await (const page of historyPages(client, agentId, runId)) all.push(...page);
  const events = upTo === Infinity ? all : throughTask(all, upTo);
  const bytes = History.encode({ events }).finish();
  const span = await spanOf(client.options.loadedDataConverter, events);
  return { facts: factsOf(agentId, events, bytes), span, bytes };
}

/** The events up to and with those of the last task that had begun by then; where the next task begins, they end. */
function throughTask(events: readonly HistoryEvent[], upTo: number): HistoryEvent[] {
  const began = events.map(({ workflowTaskCompletedEventAttributes: task }) =>
    Number(task?.startedEventId ?? Infinity),
  );
  const done = began.reduce((last, startedEventId, i) => (startedEventId <= upTo ? i : last), -1);
  const next = events.findIndex((event, i) => i > done && event.workflowTaskScheduledEventAttributes);
  return events.slice(0, next < 0 ? events.length : next);
}

/** What a run's history says of itself, encrypted or not. */
function factsOf(agentId: string, events: readonly HistoryEvent[], bytes: Uint8Array): TakenHistory['facts'] {
  const links = linksOf(events);
  return {
    workflowId: agentWorkflowId(agentId),
    agentId,
    ...links,
    eventCount: events.length,
    sha256: sha256Of(bytes),
    size: bytes.length,
    ...builtBy(events),
    encrypted: (events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).some(isEncrypted),
    startedAt: isoTime(events[0]?.eventTime),
    closedAt: links.closed ? isoTime(events.at(-1)?.eventTime) : null,
  };
}

/** @returns null where a key is missing, or is another one of that id */
async function spanOf(converter: LoadedDataConverter, events: readonly HistoryEvent[]): Promise<RunSpan | null> {
  try {
    const beginning = await beginningOf(converter, events[0]);
    const { input, before } = beginning;
    const last = (await handedOn(converter, events.at(-1))) ?? (await lastTold(converter, beginning, events));
    const kind = 'creation' in input ? input.creation.kind : input.carried.agent.kind;
    return { kind, firstSequence: before.sequence + 1, lastSequence: last.sequence, lastHash: last.hash };
  } catch (error) {
    if (error instanceof DecryptionError) return null;
    throw error;
  }
}

/** Where a run that continued as new said that its chain stood. */
async function handedOn(
  converter: LoadedDataConverter,
  last: HistoryEvent | undefined,
): Promise<RunBeginning['before'] | null> {
  const attributes = last?.workflowExecutionContinuedAsNewEventAttributes;
  const [input] = (await decode(converter, attributes?.input)) as [AgentInput | undefined];
  return input && 'carried' in input ? input.carried.agent : null;
}

/** Where the chain stood by the records that the history tells of. */
async function lastTold(
  converter: LoadedDataConverter,
  beginning: RunBeginning,
  events: readonly HistoryEvent[],
): Promise<RunBeginning['before']> {
  const order = new RecordOrder(beginning.before.sequence + 1);
  let last = order.take(recordsAtBeginning(beginning)).at(-1);
  for (let i = 0; i < events.length; i += pageSize) {
    last = order.take(await recordsIn(converter, events.slice(i, i + pageSize))).at(-1) ?? last;
  }
  return last ?? beginning.before;
}

/** Which workers have worked on a run. The SDK puts the SHA-256 of the bundle into the build's id where nobody sets another one. */
function builtBy(
  events: readonly HistoryEvent[],
): Pick<RawHistory, 'sdkVersion' | 'buildIds' | 'buildId' | 'bundleSha256'> {
  const buildIds: string[] = [];
  let [buildId, sdkVersion] = ['', ''];
  for (const { workflowTaskCompletedEventAttributes: task } of events) {
    buildId = task?.workerVersion?.buildId || task?.binaryChecksum || buildId;
    if (task && buildId !== '' && !buildIds.includes(buildId)) buildIds.push(buildId);
    // It is told when it has changed.
    sdkVersion = task?.sdkMetadata?.sdkVersion || sdkVersion;
  }
  return { sdkVersion, buildIds, buildId, bundleSha256: /\+([0-9a-f]{64})$/.exec(buildId)?.[1] ?? null };
}
