import { Value } from '@sinclair/typebox/value';
import { AgentCheck } from '../../actors/core/evidence/agent-check';
import { canonicalText } from '../../actors/core/canonical';
import type { Place } from '../../actors/core/evidence/chain-check';
import {
  exportedTombstone,
  type ExportedAgent,
  type ExportedHistory,
  type Segment,
} from '../../actors/core/evidence/manifest';
import type { SignedTombstone } from '../../actors/core/evidence/tombstone';
import type { Coverage, Verdicts } from '../../actors/core/evidence/verdicts';
import { listedHistories, openHistory } from './agent-histories';
import type { Envelope } from './envelope';
import { Lookahead, type RecordLine } from './lookahead';
import { merged } from './merged-verdicts';
import type { ClaimedHead } from './signed-heads';
import type { ZipBundle } from './zip-bundle';

/** What an offline verifier can say of one agent. */
export interface AgentVerdicts {
  agent: string;
  kind: string;
  verdicts: Verdicts;
  coverage: Coverage;
}

interface Read {
  zip: ZipBundle;
  envelope: Envelope;
  exported: ExportedAgent;
  heads: readonly ClaimedHead[];
  histories: ExportedHistory[] | null;
  tombstones: SignedTombstone[];
}

/** @param partial whether it is only some of the agent's records that were asked for */
export async function agentVerdicts(
  zip: ZipBundle,
  envelope: Envelope,
  exported: ExportedAgent,
  heads: readonly ClaimedHead[],
  partial: boolean,
): Promise<AgentVerdicts> {
  const { agent, kind, directory, segments } = exported;
  const histories = await listedHistories(zip, exported);
  const read: Read = { zip, envelope, exported, heads, histories, tombstones: await tombstonesOf(zip, directory) };
  const path = `${directory}/records.ndjson`;
  const records = new Lookahead(zip.has(path) ? zip.lines(path) : noLines());
  const checks: AgentCheck[] = [];
  if (partial) for (const segment of segments) checks.push(await checkSegment(read, records, segment));
  else checks.push(await checkWhole(read, records));
  refuseLeftover(checks.at(-1), await records.peek());
  await records.close();
  return { agent, kind, ...merged(checks, partial) };
}

async function checkWhole(read: Read, records: Lookahead): Promise<AgentCheck> {
  const { exported, envelope, tombstones, histories } = read;
  const { agent, last } = exported;
  const { manifest, keys, signedBy } = envelope;
  const check = new AgentCheck({ agent, installation: manifest.installation, keys: keys.keys, tombstones });
  // What happened after the export was made is told by a run that still went on, and is not asked for.
  const limit = signedBy === null ? Infinity : last.sequence;
  // Where a believed key has signed that there are none, none could be had.
  if (histories?.length === 0 && signedBy !== null) {
    if (tombstones.length > 0 && exported.segments.length === 0) check.noneLeft();
    else check.noHistories('the installation had no raw history of it');
  }
  await feed(read, check, records, histories ?? [], { from: 1, to: Infinity, tellTo: limit });
  check.stands(last.sequence, last.hash, 'the manifest');
  return finished(check, read.heads);
}

/** Records without a gap, up to a signed head: where they begin is taken on their own word. */
async function checkSegment(read: Read, records: Lookahead, segment: Segment): Promise<AgentCheck> {
  const { exported, envelope, histories } = read;
  const { agent } = exported;
  const first = (await records.peek())?.value as { prevhash?: unknown } | null | undefined;
  const before = typeof first?.prevhash === 'string' ? first.prevhash : '';
  const from: Place = { sequence: segment.from - 1, hash: before };
  const { installation } = envelope.manifest;
  const check = new AgentCheck({ agent, installation, keys: envelope.keys.keys, tombstones: [], from });
  const telling = (histories ?? []).filter(
    ({ firstSequence, lastSequence }) => firstSequence <= segment.to && lastSequence >= segment.from,
  );
  // The run after the last one that tells of these records is none that was asked for.
  const own = telling.map((run, i) =>
    i === telling.length - 1 && run.lastSequence >= segment.to ? { ...run, tail: true } : run,
  );
  if (own.length === 0) check.noHistories('the bundle has no raw history of these records');
  await feed(read, check, records, own, { ...segment, tellTo: segment.to });
  check.stands(segment.to, null, 'the manifest');
  return finished(
    check,
    read.heads.filter(({ head }) => head.sequence <= segment.to),
  );
}

/** Gives a check what it wants in its order: each history, then the heads and records that it tells of. */
async function feed(
  { zip, heads }: Read,
  check: AgentCheck,
  records: Lookahead,
  histories: readonly (ExportedHistory & { tail?: boolean })[],
  { from, to, tellTo }: Segment & { tellTo: number },
): Promise<void> {
  const claims = heads.filter(({ head }) => head.sequence >= from && head.sequence <= to);
  let claimed = 0;
  const read = async (upTo: number): Promise<void> => {
    for (let next = claims[claimed]; next && next.head.sequence <= upTo; next = claims[(claimed += 1)]) {
      check.claim(next.checkpoint, next.head, next.proof);
    }
    for (let next = await records.peek(); next && next.sequence <= upTo; next = await records.peek()) {
      if (next.value !== null && !next.canonical) notCanonical(check, next.sequence);
      check.record(next.value);
      records.take();
    }
  };
  for (const history of histories) {
    const { facts, told, missing } = await openHistory(zip, history);
    check.run(history.tail ? { ...facts, nextRunId: null } : facts);
    if (missing) {
      const { runId, firstSequence: sequence } = facts;
      const message = `the raw history of run ${runId} is missing`;
      check.findings.fault('complete', { code: 'history_missing', runId, sequence, message });
    }
    if (told && facts.sound && facts.unreadable === null) {
      for (const record of told.records) {
        if (record.sequence <= tellTo) check.tell(record, told.senders.get(record.commandid) ?? null);
      }
    }
    await read(Math.min(check.told, to));
  }
  await read(to);
}

/** Records behind those that the manifest says are there. */
function refuseLeftover(check: AgentCheck | undefined, left: RecordLine | null): void {
  if (!check || !left) return;
  const message = `record ${left.sequence} stands behind those that the manifest lists`;
  check.findings.fault('complete', { code: 'extra', sequence: left.sequence, message });
}

function notCanonical(check: AgentCheck, sequence: number): void {
  const message = `record ${sequence} is not written as canonical JSON`;
  check.findings.fault('intact', { code: 'altered', sequence, message });
}

/** A signed head stands at the end of the records or behind it: else whoever made the bundle could have added what is beyond it. */
function finished(check: AgentCheck, heads: readonly ClaimedHead[]): AgentCheck {
  check.finish();
  const { to, records } = check.coverage;
  const claimed = heads.at(-1)?.head.sequence ?? 0;
  if (records > 0 && claimed < to) {
    const sequence = Math.max(claimed, check.start.sequence) + 1;
    const message = `no signature covers the records from ${sequence} on`;
    check.findings.fault('intact', { code: 'unsigned', sequence, message });
  }
  return check;
}

async function tombstonesOf(zip: ZipBundle, directory: string): Promise<SignedTombstone[]> {
  const path = `${directory}/tombstones.ndjson`;
  const tombstones: SignedTombstone[] = [];
  if (!zip.has(path)) return tombstones;
  for await (const line of zip.lines(path)) {
    const given = parsed(line);
    const sound = Value.Check(exportedTombstone, given);
    tombstones.push(
      sound ? { body: canonicalText(given.body), signature: given.signature } : { body: '', signature: '' },
    );
  }
  return tombstones;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

async function* noLines(): AsyncGenerator<string> {}
