/** What a browser refused. */
export interface Violation {
  /** Of the policy; `other` for what is none, so that a stranger's texts do not become labels. */
  directive: string;
  /** Without query and fragment, which may hold what is nobody's business; null where it was not told. */
  blocked: string | null;
  document: string | null;
}

const directives = new Set([
  ...[
    'default-src',
    'script-src',
    'script-src-elem',
    'script-src-attr',
    'style-src',
    'style-src-elem',
    'style-src-attr',
  ],
  ...['img-src', 'font-src', 'media-src', 'connect-src', 'frame-src', 'worker-src', 'manifest-src', 'object-src'],
  ...['base-uri', 'form-action', 'frame-ancestors'],
]);

/** Of one body at most; a browser sends a few. */
const mostReports = 50;

type Json = Record<string, unknown>;

/** The violations in a body: `{"csp-report": {…}}`, as by `report-uri`, or an array of reports, as by `report-to`. */
export function violationsIn(body: unknown): Violation[] {
  const bodies = Array.isArray(body)
    ? body.slice(0, mostReports).map(reportBody)
    : [record(record(body)?.['csp-report'])];
  return bodies.filter((each) => each !== null).map(violation);
}

function reportBody(report: unknown): Json | null {
  const { type, body } = record(report) ?? {};
  return type === 'csp-violation' ? record(body) : null;
}

function violation(body: Json): Violation {
  const said = body['effectiveDirective'] ?? body['effective-directive'] ?? body['violated-directive'];
  const [name = ''] = typeof said === 'string' ? said.split(' ') : [];
  return {
    directive: directives.has(name) ? name : 'other',
    blocked: place(body['blockedURL'] ?? body['blocked-uri']),
    document: place(body['documentURL'] ?? body['document-uri']),
  };
}

function place(url: unknown): string | null {
  return typeof url === 'string' ? (url.split(/[?#]/, 1)[0] ?? '').slice(0, 200) : null;
}

function record(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
