import { createAgent, type Creation } from '../../actors/core/agent';
import type { EventRecord } from '../../actors/core/event';
import { opaqueKind } from '../../actors/core/opaque-kind';
import { decodeHistory, type HistoryEvent, type Payloads } from './history-messages';

/** What a raw history tells of its agent's records. */
export interface ToldHistory {
  /** Those that its run began with and was told to publish, as they came: some of them more than once. */
  records: EventRecord[];
  /** Who sent the commands that it accepted, by the command's id. */
  senders: Map<string, string>;
  /** Ids of the run itself, and of those before and after it; null where it names none. */
  runId: string | null;
  previousRunId: string | null;
  nextRunId: string | null;
  /** The run that the agent was made again from, out of a backup; null for one that was not. */
  restoredFrom: string | null;
  /** Whether there are payloads that only the installation's own keys open: then more may be told than is here. */
  encrypted: boolean;
}

interface Sent {
  commands?: { id: string; principal: string }[];
}
interface Outcome {
  results?: { events?: EventRecord[] }[];
}
interface Input {
  creation?: Creation;
  carried?: { pending?: EventRecord[]; restored?: { from: string | null } };
}

/**
 * Reads the records out of a raw history: each is in the outcome of the Update that made it, or, where a run made it by itself, in
 * the input of the activity that published it or in what the run handed to the next; the first follows from what started the
 * workflow.
 * @param bytes `temporal.api.history.v1.History`
 * @throws Error where they are no such history
 */
export function recordsOfHistory(bytes: Uint8Array): ToldHistory {
  const told: ToldHistory = {
    records: [],
    senders: new Map(),
    runId: null,
    previousRunId: null,
    nextRunId: null,
    restoredFrom: null,
    encrypted: false,
  };
  for (const event of decodeHistory(bytes)) {
    readStart(event, told);
    const [sent] = decoded<Sent>(told, event.updateAccepted?.acceptedRequest?.input?.args);
    for (const { id, principal } of sent?.commands ?? []) told.senders.set(id, principal);
    const [outcome] = decoded<Outcome>(told, event.updateCompleted?.outcome?.success);
    for (const { events = [] } of outcome?.results ?? []) told.records.push(...events);
    const [ordered] = decoded<{ records?: EventRecord[] }>(told, event.activityScheduled?.input);
    told.records.push(...(ordered?.records ?? []));
    if (event.continuedAsNew) {
      told.nextRunId = event.continuedAsNew.newExecutionRunId || null;
      const [next] = decoded<Input>(told, event.continuedAsNew.input);
      told.records.push(...(next?.carried?.pending ?? []));
    }
  }
  return told;
}

function readStart({ started, eventTime }: HistoryEvent, told: ToldHistory): void {
  if (!started) return;
  told.runId = started.originalExecutionRunId || null;
  told.previousRunId = started.continuedExecutionRunId || null;
  const [input] = decoded<Input>(told, started.input);
  if (input?.creation) {
    const { creation } = input;
    const ms = Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
    told.senders.set(creation.command.id, creation.command.principal);
    told.records.push(...createAgent(opaqueKind(creation.kind), creation, new Date(ms).toISOString()).records);
  }
  told.restoredFrom = input?.carried?.restored?.from ?? null;
  told.records.push(...(input?.carried?.pending ?? []));
}

function decoded<T>(told: ToldHistory, payloads: Payloads | null | undefined): (T | undefined)[] {
  return (payloads?.payloads ?? []).map(({ metadata, data }) => {
    const encoding = Buffer.from(metadata['encoding'] ?? []).toString('latin1');
    if (encoding === 'binary/encrypted') told.encrypted = true;
    return encoding === 'json/plain' ? (JSON.parse(Buffer.from(data).toString('utf8')) as T) : undefined;
  });
}
