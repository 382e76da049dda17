import { canonicalText, sha256Hex } from '../../actors/core/canonical';
import {
  isPartial,
  type ExportedAgent,
  type ExportedHistory,
  type ExportScope,
  type Manifest,
} from '../../actors/core/evidence/manifest';
import type { EventRecord } from '../../actors/core/event';
import type { ConcernedAgent, ExportFilter, SignedHead } from '../../projections/queries/evidence-export';
import type { BundleZip } from './bundle-zip';
import type { EvidenceSource, Keeper } from './ports';
import { csvHeader, csvLines } from './records-csv';
import { ReportFacts } from './report-facts';
import { reportHtml, type AgentLine } from './report-html';
import { isAskedFor } from './scope';
import { provableSegments, standingOf, wholeChain, type Standing } from './segments';

/** What is to be exported, for whom. */
export interface ExportJob {
  exportId: string;
  /** ISO 8601 */
  createdAt: string;
  /** The principal. */
  createdBy: string;
  scope: ExportScope;
  filter: ExportFilter;
  agents: ConcernedAgent[];
}

/** What came of it. */
export interface Exported {
  records: number;
  agents: number;
  /** SHA-256 of the manifest. */
  manifest: string;
}

const pageSize = 500;
/** Signed heads in a bundle, over all agents, and most of one segment of an agent. */
const mostHeads = 20_000;
const mostHeadsOfSegment = 500;

/**
 * Writes a bundle of evidence into a zip, file by file; memory grows with the number of agents and runs, not with that of records.
 * The manifest comes last, since it names the hash of every file.
 * @param onManifest called with what came of it, before the manifest is written
 * @throws what the ports throw, or AbortError where the reader has left
 */
export async function writeBundle(
  zip: BundleZip,
  job: ExportJob,
  ports: { evidence: EvidenceSource; keeper: Keeper },
  onManifest: (exported: Exported) => Promise<void>,
): Promise<void> {
  const bundle = new Bundle(zip, job, ports);
  for (const agent of job.agents) await bundle.addAgent(agent);
  const { text, exported } = await bundle.finish();
  const { keyId, signature } = await ports.keeper.signManifest(text);
  await onManifest(exported);
  await zip.add('manifest.json', [text], false);
  await zip.add('manifest.sig.json', [canonicalText({ keyId, algorithm: 'Ed25519', signature })], false);
  zip.end();
}

class Bundle {
  private readonly agents: AgentLine[] = [];
  private readonly heads: (SignedHead & { agent: string })[] = [];
  private readonly facts = new ReportFacts();

  constructor(
    private readonly zip: BundleZip,
    private readonly job: ExportJob,
    private readonly ports: { evidence: EvidenceSource; keeper: Keeper },
  ) {}

  async addAgent({ id, kind, status }: ConcernedAgent): Promise<void> {
    const { evidence } = this.ports;
    const last = await standingOf(evidence, id);
    if (!last) return;
    const tombstones = await evidence.tombstones(id);
    const segments = await this.segmentsOf(id, last, tombstones.at(-1)?.body);
    if (segments.length === 0 && tombstones.length === 0) return;
    const directory = `agents/${this.agents.length + 1}`;
    await this.zip.add(`${directory}/records.ndjson`, this.recordLines(id, segments));
    await this.zip.add(`${directory}/tombstones.ndjson`, tombstones.map(signedLine));
    const histories = await this.addHistories(id, directory, segments);
    const { sequence, hash } = last;
    const agent = { agent: id, kind, status, directory, segments, last: { sequence, hash } };
    const checkpoint = await this.noteHeads(id, segments);
    const encrypted = histories.some((history) => history.encrypted);
    this.agents.push({ ...agent, tombstones: tombstones.length, histories: histories.length, encrypted, checkpoint });
  }

  private async segmentsOf(
    id: string,
    last: Standing,
    tombstone: string | undefined,
  ): Promise<ExportedAgent['segments']> {
    const { scope, filter } = this.job;
    if (isPartial(scope)) return provableSegments(this.ports.evidence, id, filter, last);
    const covered = tombstone === undefined ? 0 : (JSON.parse(tombstone) as { to: number }).to;
    return wholeChain(covered, last);
  }

  private async *recordLines(id: string, segments: ExportedAgent['segments']): AsyncGenerator<string> {
    for await (const page of this.pages(id, segments)) {
      for (const record of page) if (isAskedFor(this.job.scope, record)) this.facts.take(record);
      yield page.map((record) => `${canonicalText(record)}\n`).join('');
    }
  }

  private async *pages(id: string, segments: ExportedAgent['segments']): AsyncGenerator<EventRecord[]> {
    for (const { from, to } of segments) {
      for (let next = from; next <= to;) {
        const page = await this.ports.evidence.records(id, next, to, pageSize);
        yield page;
        const last = page.at(-1);
        if (!last || page.length < pageSize) break;
        next = last.sequence + 1;
      }
    }
  }

  /** Those that tell of the records here. An open run's history is taken afresh first. */
  private async addHistories(
    id: string,
    directory: string,
    segments: ExportedAgent['segments'],
  ): Promise<ExportedHistory[]> {
    const { evidence, keeper } = this.ports;
    await keeper.archive(id);
    const partial = isPartial(this.job.scope);
    const told: ExportedHistory[] = [];
    for (const listed of await evidence.histories(id)) {
      const concerns = segments.some(({ from, to }) => listed.firstSequence <= to && listed.lastSequence >= from);
      if (partial && !concerns) continue;
      const kept = await evidence.history(listed.workflowId, listed.runId);
      if (!kept) continue;
      const { workflowId: _, ...run } = kept.run;
      const path = `${directory}/histories/${told.length + 1}.pb`;
      await this.zip.add(path, [kept.bytes]);
      told.push({ ...run, bytes: kept.bytes.length, path });
    }
    await this.zip.add(`${directory}/histories.json`, [canonicalText(told)]);
    return told;
  }

  /** @returns number of the newest checkpoint that signs one of the records here */
  private async noteHeads(agent: string, segments: ExportedAgent['segments']): Promise<number | null> {
    const fair = Math.floor(mostHeads / this.job.agents.length / Math.max(1, segments.length));
    const most = Math.max(1, Math.min(mostHeadsOfSegment, fair));
    let newest: number | null = null;
    for (const span of segments) {
      const heads = await this.ports.evidence.signedHeads(agent, span, most);
      this.heads.push(...heads.map((head) => ({ ...head, agent })));
      newest = heads.at(-1)?.checkpoint ?? newest;
    }
    return newest;
  }

  async finish(): Promise<{ text: string; exported: Exported }> {
    const { zip, job, agents, facts } = this;
    const { exportId, createdAt, createdBy, scope } = job;
    const installation = await this.ports.evidence.installation();
    const keys = await this.ports.evidence.keys();
    await zip.add('checkpoints.ndjson', this.checkpointLines());
    await zip.add('keys.json', [canonicalText(keys)]);
    await zip.add('records.csv', this.csv());
    const about = { exportId, createdAt, createdBy, installation, scope };
    await zip.add('report.html', reportHtml({ ...about, keyIds: keys.map(({ keyId }) => keyId), agents, facts }));
    const manifest: Manifest = {
      format: 'ymera-evidence/1',
      ...about,
      keyId: keys.find(({ retiredAt }) => retiredAt === null)?.keyId ?? '',
      files: zip.files,
      agents: agents.map(({ agent, kind, status, directory, segments, last }) => {
        return { agent, kind, status, directory, segments, last };
      }),
    };
    const text = canonicalText(manifest);
    return { text, exported: { records: facts.records, agents: agents.length, manifest: sha256Hex(text) } };
  }

  /** One line for each signed head, checkpoint after checkpoint. */
  private async *checkpointLines(): AsyncGenerator<string> {
    const byCheckpoint = new Map<number, (SignedHead & { agent: string })[]>();
    for (const head of this.heads) {
      const those = byCheckpoint.get(head.checkpoint);
      if (those) those.push(head);
      else byCheckpoint.set(head.checkpoint, [head]);
    }
    for (const number of [...byCheckpoint.keys()].sort((a, b) => a - b)) {
      const heads = byCheckpoint.get(number) ?? [];
      const leaves = heads.map(({ leaf }) => leaf);
      const { body, signature, proofs } = await this.ports.evidence.checkpoint(number, leaves);
      for (const [i, { agent, sequence, hash }] of heads.entries()) {
        const line = {
          body: JSON.parse(body) as unknown,
          head: { agent, sequence, hash },
          proof: proofs[i],
          signature,
        };
        yield `${canonicalText(line)}\n`;
      }
    }
  }

  private async *csv(): AsyncGenerator<string> {
    yield csvHeader;
    for (const { agent, segments } of this.agents) {
      for await (const page of this.pages(agent, segments)) {
        const wanted = page.filter((record) => isAskedFor(this.job.scope, record));
        if (wanted.length > 0) yield csvLines(wanted);
      }
    }
  }
}

function signedLine({ body, signature }: { body: string; signature: string }): string {
  return `${canonicalText({ body: JSON.parse(body) as unknown, signature })}\n`;
}
