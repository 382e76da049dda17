import { createHash } from 'node:crypto';
import { Value } from '@sinclair/typebox/value';
import { exportedHistories, type ExportedAgent, type ExportedHistory } from '../../actors/core/evidence/manifest';
import type { RunFacts } from '../../actors/core/evidence/told-check';
import { recordsOfHistory, type ToldHistory } from './history-records';
import { Unreadable } from './unreadable';
import type { ZipBundle } from './zip-bundle';

const mostListBytes = 256 * 2 ** 20;
const mostHistoryBytes = 512 * 2 ** 20;

/** What is listed of an agent's raw histories, or null where the list can't be read. */
export async function listedHistories(
  zip: ZipBundle,
  { directory }: Pick<ExportedAgent, 'directory'>,
): Promise<ExportedHistory[] | null> {
  const path = `${directory}/histories.json`;
  if (!zip.has(path)) return null;
  try {
    const listed = JSON.parse((await zip.bytes(path, mostListBytes)).toString('utf8')) as unknown;
    return Value.Check(exportedHistories, listed) ? listed : null;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    return null;
  }
}

/** One raw history: what is to be believed of its run, and what it tells where it can be read. */
export interface OpenedHistory {
  facts: RunFacts;
  told: ToldHistory | null;
  missing: boolean;
}

/** Reads a raw history and checks it against what the list says of it. */
export async function openHistory(zip: ZipBundle, listed: ExportedHistory): Promise<OpenedHistory> {
  const { path, sha256, runId, previousRunId, nextRunId, closed, firstSequence, lastSequence } = listed;
  const facts = { runId, previousRunId, nextRunId, closed, firstSequence, lastSequence, sound: true, unreadable: null };
  if (!zip.has(path)) return { facts: { ...facts, unreadable: 'it is missing' }, told: null, missing: true };
  const bytes = await zip.bytes(path, mostHistoryBytes);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    return { facts: { ...facts, sound: false }, told: null, missing: false };
  }
  try {
    const told = recordsOfHistory(bytes);
    const linked = told.runId === runId && told.previousRunId === previousRunId && told.nextRunId === nextRunId;
    if (!linked) return { facts: { ...facts, sound: false }, told: null, missing: false };
    if (told.encrypted) return { facts: { ...facts, unreadable: encrypted }, told, missing: false };
    // What a restored agent has not said yet is told by nothing but its beginning.
    const held = Math.min(firstSequence, told.records[0]?.sequence ?? firstSequence);
    const restored =
      told.restoredFrom === null ? {} : { previousRunId: told.restoredFrom, restored: true, firstSequence: held };
    return { facts: { ...facts, ...restored }, told, missing: false };
  } catch {
    return { facts: { ...facts, sound: false }, told: null, missing: false };
  }
}

const encrypted = 'its payloads are encrypted, and only the installation has the keys';
