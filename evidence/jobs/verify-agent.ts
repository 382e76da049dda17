import { setTimeout as delay } from 'node:timers/promises';
import type { LoadedDataConverter } from '@temporalio/common';
import type { Pool } from 'pg';
import { AgentCheck } from '../../actors/core/evidence/agent-check';
import type { EvidenceKey } from '../../actors/core/evidence/signature';
import type { AgentState } from '../../actors/core/agent-state';
import { eventKind, type EventRecord } from '../../actors/core/event';
import { ledgerHead } from '../../projections/queries/events';
import { tombstonesOf } from '../../projections/queries/evidence-heads';
import { historiesOf } from '../../projections/queries/evidence-histories';
import type { AgentResult } from '../../projections/queries/verifications';
import { toldBy } from '../../temporal/history-facts';
import type { AgentView, Checkpoint } from '../../workflows/messages';
import { feedRecords, Peekable, rowsOf, type Feed } from './feed-records';
import { Recomputation } from './recomputation';
import type { Replays } from './replays';
import { HistoryReplaced, messageOf, type RunEvidence, runEvidence } from './run-evidence';
import type { SignedHeads } from './signed-heads';

/** How long the projector has to bring into the ledger what an agent has said just now. */
const lateMs = 10_000;

/** What the verdicts on agents are made of. */
export interface VerifierPorts {
  pool: Pool;
  installation: string;
  /** Keys that can be believed, and why others can't. */
  keys: { keys: ReadonlyMap<string, EvidenceKey>; fault: { keyId: string; why: string } | null };
  heads: SignedHeads;
  converter: LoadedDataConverter;
  replays: Replays;
  /** Archives what Temporal has of an agent's runs, the open one included. */
  archive(agentId: string): Promise<unknown>;
  /** The agent as it lives, or null where Temporal has none of that id any more. */
  view(agentId: string): Promise<AgentView | null>;
  /** Its checkpoint in Redis. */
  mirror(agentId: string): Promise<Checkpoint | null>;
  /** The agent as it was kept after a record, which is the last that has expired, or null. */
  kept(agentId: string, sequence: number): Promise<AgentState | null>;
}

/** An open run's history is taken again every few seconds at most. */
const mostTries = 5;

/**
 * Verifies one agent from what is kept of it: the ledger, the signed heads, the raw histories and the code that ran.
 * @returns null where nothing is known of such an agent
 * @throws the reason of the signal, or the error of Postgres
 */
export async function verifyAgent(
  ports: VerifierPorts,
  agentId: string,
  signal: AbortSignal,
): Promise<AgentResult | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await verifyOnce(ports, agentId, signal);
    } catch (error) {
      // The keeper archives meanwhile: that is no fault of the evidence.
      if (!(error instanceof HistoryReplaced) || tries === mostTries) throw error;
    }
  }
}

async function verifyOnce(ports: VerifierPorts, agentId: string, signal: AbortSignal): Promise<AgentResult | null> {
  const { pool, installation, keys } = ports;
  // In this order: what is in the ledger now must be told by what is archived after that.
  const known = (await ledgerHead(pool, agentId))?.sequence ?? 0;
  const tombstones = await tombstonesOf(pool, agentId);
  const check = new AgentCheck({ agent: agentId, installation, keys: keys.keys, tombstones });
  const { findings } = check;
  const ask = <T>(what: string, answer: Promise<T>): Promise<T | null> =>
    answer.catch((error: unknown) => (findings.doubt('complete', `${what}: ${messageOf(error)}`), null));
  const view = await ask('the agent does not answer', ports.view(agentId));
  const archived = await ask(
    'the newest history could not be archived',
    ports.archive(agentId).then(() => true),
  );
  const mirror = await ports.mirror(agentId).catch(() => null);
  const histories = await historiesOf(pool, agentId);
  if (known === 0 && histories.length === 0 && tombstones.length === 0 && !view) return null;
  if (keys.fault) {
    const message = `key ${keys.fault.keyId} can not be believed: ${keys.fault.why}`;
    findings.fault('intact', { code: 'unsigned', message }, Infinity);
  }

  const { start } = check;
  const kept = start.sequence > 0 ? await ports.kept(agentId, start.sequence) : null;
  const last = Math.max(known, ...histories.map(({ lastSequence }) => lastSequence));
  // Nothing is under way of one that Temporal has forgotten.
  if (view && view.published > start.sequence) {
    await caughtUp(pool, agentId, Math.max(last, view.published), signal);
  }
  const rows = new Peekable(rowsOf(pool, agentId, last));
  const claims = new Peekable(ports.heads.of(agentId, start.sequence));
  const made = new Recomputation(agentId, start, kept, findings, ports.replays);
  const feed: Feed = { check, made, rows, claims, signal };
  const kind = histories[0]?.kind || view?.kind || kept?.kind || kindOf((await rows.peek())?.record);

  const runs = histories.map((noted) => () => runEvidence(pool, ports.converter, noted));
  const oldest = (await runs[0]?.()) ?? null;
  made.open(kind, view, mirror, oldest);
  for (const [i, noted] of histories.entries()) {
    signal.throwIfAborted();
    const run = (i === 0 ? oldest : null) ?? (await (runs[i] as (typeof runs)[number])());
    check.run(run.facts);
    await tell(check, ports.converter, run);
    await made.run(noted, run, signal);
    await feedRecords(feed, check.told);
  }
  const { told } = check;
  const noneLeft = start.sequence > 0 && (await rows.peek()) === undefined;
  if (histories.length === 0) noHistories(check, made, noneLeft, archived !== null);
  await feedRecords(feed, Infinity);
  if (view) check.stands(view.published, view.published === view.sequence ? view.hash : null, 'the agent that lives');
  if (mirror) check.stands(mirror.sequence, null, 'its checkpoint in Redis');
  check.finish();
  made.finish(told);
  return { agent: agentId, kind, verdicts: findings.verdicts, covered: check.coverage };
}

async function tell(check: AgentCheck, converter: LoadedDataConverter, run: RunEvidence): Promise<void> {
  if (!run.beginning) return;
  for await (const { record, sender } of toldBy(converter, run.events, run.beginning)) check.tell(record, sender);
}

/**
 * @param noneLeft whether all records have expired
 * @param asked whether Temporal was asked for them just now
 */
function noHistories(check: AgentCheck, made: Recomputation, noneLeft: boolean, asked: boolean): void {
  if (noneLeft) {
    check.noneLeft();
    return made.nothingToReplay('its records and raw histories have expired');
  }
  const message = 'no raw history of the agent is kept';
  const sequence = check.head.sequence + 1;
  if (asked) check.findings.fault('complete', { code: 'history_missing', sequence, message });
  check.noHistories(message);
  made.nothingToReplay(message);
}

function kindOf(record: EventRecord | undefined): string {
  return typeof record?.type === 'string' ? eventKind(record) : '';
}

/** Waits until the ledger holds what was told, or until that has had its time. */
async function caughtUp(pool: Pool, agentId: string, last: number, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + lateMs; Date.now() < until; await delay(200, undefined, { signal })) {
    if (((await ledgerHead(pool, agentId))?.sequence ?? 0) >= last) return;
  }
}
