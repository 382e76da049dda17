import type { ExportScope, ExportedAgent, Segment } from '../../actors/core/evidence/manifest';
import type { Act, ReportFacts } from './report-facts';

/** What is told of one agent, beside what the manifest says. */
export interface AgentLine extends ExportedAgent {
  tombstones: number;
  histories: number;
  encrypted: boolean;
  /** The newest checkpoint that signs a record of it, or null. */
  checkpoint: number | null;
}

export interface Report {
  exportId: string;
  createdAt: string;
  createdBy: string;
  installation: string;
  scope: ExportScope;
  keyIds: string[];
  agents: AgentLine[];
  facts: ReportFacts;
}

/** Agents shown; all of them are in the manifest. */
const mostAgents = 1000;

/** No script and nothing from outside, on paper as on a screen. */
const style = `
body{font:14px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #999;padding-bottom:.2rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}table{border-collapse:collapse;width:100%;margin:.4rem 0}
th,td{text-align:left;vertical-align:top;padding:.22rem .5rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
th{font-weight:600;background:#f3f3f3}td.n{text-align:right;white-space:nowrap}code,pre{font:12px/1.4 ui-monospace,monospace}
pre{background:#f3f3f3;padding:.6rem;white-space:pre-wrap}.note{color:#555}
@media print{body{font-size:10pt;margin:0;max-width:none}h2,h3{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}}
`;

/** The report as HTML, piece by piece. Whatever comes from a record is text and never markup. */
export function* reportHtml(report: Report): Generator<string> {
  const { exportId, createdAt, createdBy, installation, scope, keyIds, agents, facts } = report;
  yield `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Evidence ${escaped(exportId)}</title>`;
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${style}</style></head><body>`;
  yield `<h1>Evidence of what agents did</h1><p class="note">This page is for reading. What can be checked is in the other files of the bundle; whoever can change this page could change its words, not the verdict of the verifier.</p>`;
  yield table(
    ['', ''],
    [
      ['Export', exportId],
      ['Asked for by', createdBy],
      ['Made at', createdAt],
      ['Of', scopeText(scope)],
      ['Installation', installation],
      ['Keys of the installation, oldest first', keyIds.join(', ')],
      ['Records asked for', String(facts.records)],
      ['Agents', String(agents.length)],
    ],
  );
  yield* verification(scope);
  yield '<h2>Agents</h2>';
  yield* rows(
    [
      'Agent',
      'Kind',
      'Status',
      'Records here',
      'Stands at',
      'Signed by checkpoint',
      'Expired spans',
      'Raw histories',
      'Files',
    ],
    agents
      .slice(0, mostAgents)
      .map((agent) => [
        agent.agent,
        agent.kind,
        agent.status,
        segmentsText(agent.segments),
        `${agent.last.sequence}: ${agent.last.hash.slice(0, 16)}…`,
        agent.checkpoint === null ? 'none' : String(agent.checkpoint),
        String(agent.tombstones),
        `${agent.histories}${agent.encrypted ? ', encrypted' : ''}`,
        agent.directory,
      ]),
    agents.length - mostAgents,
  );
  yield* timelines(facts);
  yield '<h2>Versions of configs</h2>';
  yield* rows(
    ['Time', 'Agent', 'No.', 'Version', 'By', 'Reason'],
    facts.configs.map((each) => [
      each.time,
      each.agent,
      String(each.sequence),
      each.version,
      each.principal,
      each.reason,
    ]),
    facts.moreConfigs,
  );
  yield '<h2>Approvals</h2>';
  yield* rows(
    ['Time', 'Run', 'No.', 'Step', 'What', 'Detail', 'Recorded for'],
    facts.approvals.map((each) => [
      each.time,
      each.agent,
      String(each.sequence),
      each.path,
      each.event,
      each.detail,
      each.principal,
    ]),
    facts.moreApprovals,
  );
  yield '</body></html>\n';
}

function* verification(scope: ExportScope): Generator<string> {
  yield '<h2>How to verify it</h2><p>With Node.js 20 or newer, without a network:</p>';
  yield '<pre>npx ymera-verify bundle.zip --key KEYID</pre>';
  yield '<p>KEYID is the id of the installation’s key as its owner has told you by another way; without it the keys that the bundle brings are believed. It ends with 0 where nothing speaks against the bundle, and otherwise names the first bad record. <code>docs/evidence-format.md</code> says how to write another verifier.</p>';
  const part = scope.type === 'ledger';
  yield `<p>${part ? 'These are selected records: each can be checked, and that they are all there were can not. ' : ''}It can’t be seen offline whether the code that ran would do the same again: ask the server, <code>POST /api/v1/agents/{id}/verify</code>.</p>`;
}

function* timelines({ doers, othersRecords }: ReportFacts): Generator<string> {
  yield '<h2>Who did what</h2>';
  const ordered = [...doers.values()].sort((a, b) => b.records - a.records);
  yield* rows(
    ['Principal', 'Records', 'First', 'Last'],
    ordered.map(({ principal, records, first, last }) => [principal, String(records), first, last]),
    0,
  );
  if (othersRecords > 0) yield `<p class="note">${othersRecords} records of other principals are in records.csv.</p>`;
  for (const { principal, records, acts } of ordered) {
    yield `<h3>${escaped(principal)}</h3>`;
    yield* rows(
      ['Time', 'Agent', 'No.', 'Event', 'Reason'],
      [...acts].sort(byTime).map((act) => [act.time, act.agent, String(act.sequence), act.event, act.reason]),
      records - acts.length,
    );
  }
}

function byTime(a: Act, b: Act): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

/** @param more how many there are that are not shown */
function* rows(titles: string[], lines: string[][], more: number): Generator<string> {
  if (lines.length === 0) yield '<p class="note">None.</p>';
  else yield table(titles, lines);
  if (more > 0) yield `<p class="note">And ${more} more, which are in the other files.</p>`;
}

function table(titles: string[], lines: string[][]): string {
  const head = titles.some((title) => title !== '')
    ? `<thead><tr>${titles.map((title) => `<th>${escaped(title)}</th>`).join('')}</tr></thead>`
    : '';
  const body = lines.map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`);
  return `<table>${head}<tbody>${body.join('\n')}</tbody></table>`;
}

function segmentsText(segments: readonly Segment[]): string {
  const shown = segments.slice(0, 10).map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`));
  return segments.length > 10
    ? `${shown.join(', ')} and ${segments.length - 10} more spans`
    : shown.join(', ') || 'none';
}

function scopeText(scope: ExportScope): string {
  if (scope.type === 'agent') return `agent ${scope.agent}, all of it`;
  if (scope.type === 'run') return `run ${scope.run}, and the runs that it began`;
  const { type: _type, ...parts } = scope;
  const given = Object.entries(parts).map(([name, value]) => `${name} ${value}`);
  return given.length > 0 ? `the ledger: ${given.join(', ')}` : 'the whole ledger';
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  // Characters that would turn round what stands beside them, or hide it, are shown as what they are.
  return text
    .replace(/[&<>"']/g, (c) => entities[c] as string)
    .replace(/[\u0000-\u0008\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
