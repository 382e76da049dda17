import type { Category } from './lab';

const exact = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'referrer-policy': 'strict-origin-when-cross-origin',
};

export const securityHeaders: Category = (lab) => {
  it.each([
    ['a page of the console', '/', 200],
    ['a page that no file stands for', '/agents/any', 200],
    ['the description of the API', '/docs', 200],
    ['an answer of the API', '/api/v1/openapi.json', 200],
    ['a refusal', '/api/v1/agents', 401],
    ['what is not there', '/api/v1/nowhere', 404],
    ['health', '/healthz', 200],
    ['metrics', '/metrics', 200],
    ['a WebSocket that was not asked for as one', '/ws', 426],
  ])('are on %s', async (_, path, status) => {
    const answer = await lab().stranger()(path, { headers: { accept: 'text/html,application/json' } });
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject(exact);
  });

  it('let no page run or style what stands in it, and none frame it', async () => {
    const policy = (await lab().stranger()('/')).headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    for (const part of ["script-src 'self'", "style-src 'self'", "object-src 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(part);
    }
  });

  it('are on the files of the console, which a browser may keep', async () => {
    const html = await (await lab().stranger()('/')).text();
    const file = /\/assets\/[^"]+\.js/.exec(html)?.[0] ?? '';
    const answer = await lab().stranger()(file);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...exact,
      'cache-control': expect.stringContaining('immutable') as string,
    });
  });

  it('tell nobody what the server is built of', async () => {
    const { headers } = await lab().stranger()('/api/v1/agents');
    for (const name of ['server', 'x-powered-by', 'via']) expect(headers.get(name)).toBeNull();
  });

  it('let no answer with data be kept by others', async () => {
    const { headers } = await lab().api.call('GET', 'agents');
    expect(headers.get('cache-control')).toMatch(/no-store|private/);
  });

  it('name a place for reports of what was refused, and it takes them', async () => {
    const ask = lab().stranger();
    expect((await ask('/')).headers.get('reporting-endpoints')).toContain('/api/v1/csp-reports');
    const report = {
      'csp-report': {
        'document-uri': 'http://127.0.0.1/',
        'effective-directive': 'script-src',
        'blocked-uri': 'inline',
      },
    };
    const answer = await ask('/api/v1/csp-reports', {
      method: 'POST',
      headers: { 'content-type': 'application/csp-report' },
      body: JSON.stringify(report),
    });
    expect(answer.status).toBeLessThan(300);
  });
};
