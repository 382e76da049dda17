import { pages } from '../docs';
import { headersOfEveryAnswer } from '../middleware/security-headers';
import { pageFaults } from './page-faults';
import { missingDirectives, policyFaults } from './policy-faults';

const page = (head: string, body = ''): string =>
  `<!doctype html>\n<html><head>\n${head}\n</head><body>\n${body}\n</body></html>`;
const at = (offset: number): string => `policy:1:${offset + 1}`;

describe('a page', () => {
  it.each<[string, string, string, string]>([
    ['an inline script', page('<script>run()</script>'), 'p.html:3:1', 'script-src'],
    ['an inline module', page('', '<p></p><script type="module">run()</script>'), 'p.html:5:8', 'script-src'],
    ['an import map', page('<script type="importmap">{}</script>'), 'p.html:3:1', 'script-src'],
    ['a script of another host', page('<script src="//cdn.example/x.js"></script>'), 'p.html:3:9', 'script-src'],
    ['an inline handler', page('', '<img alt=""\n  onerror="run()">'), 'p.html:6:3', 'script-src'],
    ['a javascript: address', page('', '<a href=" java\nscript:run()">x</a>'), 'p.html:5:4', 'script-src'],
    ['a style sheet', page('<style>p{}</style>'), 'p.html:3:1', 'style-src'],
    ['a style attribute', page('', '<p style="color:red">x</p>'), 'p.html:5:4', 'style-src'],
    ['a style in SVG', page('', '<svg><style>p{}</style></svg>'), 'p.html:5:6', 'style-src'],
    ['something in a template', page('', '<template><p style="x:y"></p></template>'), 'p.html:5:14', 'style-src'],
    ['a page in the page', page('', '<iframe srcdoc="<script>run()</script>"></iframe>'), 'p.html:5:9', 'script-src'],
    ['a base', page('<base href="/x/">'), 'p.html:3:1', 'base-uri'],
    [
      'an unsafe policy of its own',
      page(`<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-eval'">`),
      'p.html:3:44',
      'script-src',
    ],
  ])('with %s is told, with the place', (_, html, where, directive) => {
    expect(pageFaults('p.html', html)).toEqual([
      { where, directive, what: expect.any(String) as string, mend: expect.any(String) as string },
    ]);
  });

  it('may load its own files and hold data', () => {
    const head = '<script type="module" src="/a.js"></script><link rel="stylesheet" href="/a.css">';
    const data = '<script type="application/json">{"a":1}</script><a href="/x" class="one">only onlookers</a>';
    expect(pageFaults('p.html', page(head, data))).toEqual([]);
  });

  it.each(Object.entries(pages))('%s of the API is sound', (path, html) => {
    expect(pageFaults(path, html())).toEqual([]);
  });
});

describe('a policy', () => {
  it.each([
    ["default-src 'self'; style-src 'self' 'unsafe-inline'", 'policy:1:38', 'style-src'],
    ["script-src 'UNSAFE-EVAL'", 'policy:1:12', 'script-src'],
    ["style-src 'unsafe-hashes'", 'policy:1:11', 'style-src'],
    ['connect-src *', 'policy:1:13', 'connect-src'],
    ['script-src https:', 'policy:1:12', 'script-src'],
    ['object-src data:', 'policy:1:12', 'object-src'],
  ])('%s is unsafe', (policy, where, directive) => {
    expect(policyFaults(policy, at)).toMatchObject([{ where, directive }]);
  });

  it('may have images in addresses', () => {
    expect(policyFaults("default-src 'self'; img-src 'self' data:", at)).toEqual([]);
  });

  it('must not leave out what falls back to nothing', () => {
    const missing = missingDirectives("script-src 'self'; base-uri 'none'", at).map(({ directive }) => directive);
    expect(missing).toEqual(['default-src', 'form-action', 'frame-ancestors']);
  });

  it('is what the API sends, with a place for reports', async () => {
    const headers = await headersOfEveryAnswer();
    const policy = headers['Content-Security-Policy'] ?? '';
    expect([...missingDirectives(policy, at), ...policyFaults(policy, at)]).toEqual([]);
    expect(policy).toContain('report-uri /api/v1/csp-reports;report-to csp');
    expect(headers['Reporting-Endpoints']).toBe('csp="/api/v1/csp-reports"');
  });
});
