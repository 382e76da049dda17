import { hashOf } from '../actors/core/hash-chain';
import type { EventRecord } from '../actors/core/event';
import { loadHeads } from './agent-rows';
import { fillGap } from './fill-gap';
import type { RecordHistory } from './gap-filler';
import { projectBatch, type LedgerContext } from './project-batch';
import { countFaults, ledgerHead, readEvents } from './queries/events';
import { expiredTo } from './queries/evidence-retention';

/** Where the ledger and the history of an agent differ. */
export interface LedgerDifference {
  sequence: number;
  /** `missing`: only the history has it; `extra`: only the ledger has it; `different`: each has another one. */
  difference: 'missing' | 'extra' | 'different';
  /** Whether it was put right: what is missing is added where it fits; what is there is never changed. */
  repaired: boolean;
}

/** What a look at one agent's ledger has found. */
export interface LedgerReport {
  agent: string;
  /** Sequences that were compared: from the first one that has not expired, or from where an earlier look had stopped. */
  from: number;
  /** `from - 1` where there were none. */
  to: number;
  missing: number;
  repaired: number;
  different: number;
  extra: number;
  /** The first of them. */
  differences: LedgerDifference[];
  /** Records that were refused at some time; `GET agents/{id}/faults` has them. */
  faults: number;
  /** Why the history could not be read to its end, or null. */
  unreadable: string | null;
  /** Where to go on, where the time did not suffice. */
  next: number | null;
}

export interface RebuildOptions {
  /** Looks, and changes nothing. */
  dryRun: boolean;
  /** Epoch ms; nothing is begun after it. */
  deadline: number;
  /** Sequence to begin with. */
  from?: number;
}

const mostDifferences = 100;

/**
 * Compares an agent's ledger with its history, and adds what it lacks.
 * @throws the error of Postgres
 */
export async function rebuildAgent(
  context: LedgerContext,
  history: RecordHistory,
  agentId: string,
  { dryRun, deadline, from }: RebuildOptions,
): Promise<LedgerReport> {
  const { pool } = context;
  const first = Math.max(from ?? 1, (await expiredTo(pool, agentId)) + 1);
  // What the ledger has by now is in the history already: it is told of first there.
  const end = (await ledgerHead(pool, agentId))?.sequence ?? 0;
  const report = emptyReport(agentId, first, await countFaults(pool, agentId));
  const batches = history.read(agentId, first)[Symbol.asyncIterator]();
  for (;;) {
    let batch: IteratorResult<EventRecord[]>;
    try {
      batch = await batches.next();
    } catch (error) {
      return { ...report, unreadable: error instanceof Error ? error.message : String(error) };
    }
    if (batch.done) break;
    await compare(context, report, batch.value, dryRun);
    if (batch.value.length > 0 && Date.now() >= deadline) {
      await batches.return?.();
      return { ...report, next: report.to + 1 };
    }
  }
  for (const { sequence } of await readEvents(pool, agentId, report.to + 1, end, mostDifferences)) {
    note(report, 'extra', sequence, false);
  }
  return report;
}

async function compare(
  context: LedgerContext,
  report: LedgerReport,
  records: readonly EventRecord[],
  dryRun: boolean,
): Promise<void> {
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) return;
  const stored = await readEvents(context.pool, report.agent, first.sequence, last.sequence, records.length + 1);
  const known = new Map(stored.map((record) => [record.sequence, record]));
  const missing = records.filter(({ sequence }) => !known.has(sequence));
  const repaired = dryRun || missing.length === 0 ? new Set<number>() : await add(context, report.agent, missing);
  for (const record of records) {
    const { sequence } = record;
    const there = known.get(sequence);
    if (!there) note(report, 'missing', sequence, repaired.has(sequence));
    else if (!isSame(there, record)) note(report, 'different', sequence, false);
  }
  report.to = last.sequence;
}

/** Adds what belongs behind the ledger's head, and what belongs before it. @returns the sequences that the ledger took */
async function add(
  context: LedgerContext,
  agentId: string,
  missing: readonly EventRecord[],
): Promise<ReadonlySet<number>> {
  const head = (await loadHeads(context.pool, [agentId])).get(agentId)?.sequence ?? 0;
  const before = missing.filter(({ sequence }) => sequence <= head);
  const behind = missing.filter(({ sequence }) => sequence > head);
  const outcomes = await projectBatch(
    context,
    behind.map((record) => ({ record, position: null })),
  );
  const taken = behind.filter((_, i) => outcomes[i] === 'stored').map(({ sequence }) => sequence);
  return new Set([...taken, ...(await fillGap(context.pool, agentId, before))]);
}

/** By content too: somebody may have changed a record and left its hash. */
function isSame({ hash, ...content }: EventRecord, record: EventRecord): boolean {
  return hash === record.hash && hashOf(content) === hash;
}

function note(
  report: LedgerReport,
  difference: LedgerDifference['difference'],
  sequence: number,
  repaired: boolean,
): void {
  report[difference] += 1;
  if (repaired) report.repaired += 1;
  if (report.differences.length < mostDifferences) report.differences.push({ sequence, difference, repaired });
}

function emptyReport(agent: string, from: number, faults: number): LedgerReport {
  const counts = { missing: 0, repaired: 0, different: 0, extra: 0 };
  return { agent, from, to: from - 1, ...counts, differences: [], faults, unreadable: null, next: null };
}
