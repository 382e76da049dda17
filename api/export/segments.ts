import type { Segment } from '../../actors/core/evidence/manifest';
import type { ExportFilter } from '../../projections/queries/evidence-export';
import type { EvidenceSource } from './ports';

const pageSize = 1000;
/** Segments that are nearer to each other become one: fewer of them, for a little more to carry. */
const mergeWithin = 200;

/** Where an agent's chain stands in an export: its newest signed head, or the end of its ledger where none is signed. */
export interface Standing {
  sequence: number;
  hash: string;
}

/** @returns null where there are no records */
export async function standingOf(
  source: Pick<EvidenceSource, 'newestSignedHead' | 'ledgerHead'>,
  agentId: string,
): Promise<Standing | null> {
  return (await source.newestSignedHead(agentId)) ?? (await source.ledgerHead(agentId));
}

/** All that an agent has, from behind its tombstones to where it stands. */
export function wholeChain(covered: number, last: Standing): Segment[] {
  return covered < last.sequence ? [{ from: covered + 1, to: last.sequence }] : [];
}

/**
 * The records that are asked for, each with those after it up to the next signed head: only that leads from a record to a
 * signature, since a hash says nothing of the record before it unless all that was hashed is there.
 */
export async function provableSegments(
  source: Pick<EvidenceSource, 'matching' | 'signedHeadAfter'>,
  agentId: string,
  filter: ExportFilter,
  last: Standing,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (let after = 0; ;) {
    const page = await source.matching(agentId, filter, after, pageSize);
    for (const sequence of page) {
      const open = segments.at(-1);
      if (sequence > last.sequence || (open && sequence <= open.to)) continue;
      const to = Math.min((await source.signedHeadAfter(agentId, sequence))?.sequence ?? last.sequence, last.sequence);
      if (open && sequence - open.to <= mergeWithin) open.to = to;
      else segments.push({ from: sequence, to });
    }
    const end = Math.max(page.at(-1) ?? 0, segments.at(-1)?.to ?? 0);
    if (page.length < pageSize) return segments;
    after = end;
  }
}
