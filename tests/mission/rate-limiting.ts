import { ApiClient } from '../_util/api-client';
import { startSecondApi } from '../_util/second-api';
import type { Category } from './lab';

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const agents = '/api/v1/agents';

async function statuses(ask: Ask, times: number, path: string, init?: RequestInit): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => ask(path, init)));
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  return answers.map(({ status }) => status);
}

const count = (all: number[], status: number): number => all.filter((each) => each === status).length;

const login = (credentials: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(credentials),
});

export const rateLimiting: Category = (lab) => {
  it('lets exactly 100 requests a minute of one address pass, however many come at once', async () => {
    const seen = await statuses(lab().stranger(), 140, agents);
    expect([count(seen, 401), count(seen, 429)]).toEqual([100, 40]);
  });

  it('answers what is too much with a problem, and says when to come again', async () => {
    const ask = lab().stranger();
    await statuses(ask, 100, agents);
    const refused = await ask(agents);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({ status: 429, code: 'rate_limited' });
    const wait = Number(refused.headers.get('retry-after'));
    expect([wait >= 1, wait <= 60]).toEqual([true, true]);
  });

  it('tells with each answer how much is left', async () => {
    const ask = lab().stranger();
    const header = async () => Object.fromEntries((await ask(agents)).headers);
    const [first, second] = [await header(), await header()];
    const left = (headers: Record<string, string>): number => Number(/r=(\d+)/.exec(headers['ratelimit'] ?? '')?.[1]);
    expect([left(first), left(second)]).toEqual([99, 98]);
  });

  it('counts each address by itself', async () => {
    await statuses(lab().stranger(), 110, agents);
    expect((await lab().stranger()(agents)).status).toBe(401);
  });

  it('lets five logins a minute pass, right or wrong', async () => {
    const { credentials } = lab().stack.file;
    const ask = lab().stranger();
    const right = await statuses(ask, 3, '/api/v1/auth/login', login(credentials));
    const wrong = await statuses(ask, 4, '/api/v1/auth/login', login({ username: 'nobody-here', password: 'x' }));
    expect([count(right, 200), count(wrong, 401), count(wrong, 429)]).toEqual([3, 2, 2]);
  });

  it('shares its counts between API processes', async () => {
    const second = await startSecondApi(lab().stack, lab().env);
    try {
      const headers = { 'x-forwarded-for': '198.51.100.77' };
      const origins = [lab().stack.reload().api, second.origin];
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, i) => fetch(`${origins[i % 2]}${agents}`, { headers })),
      );
      expect(
        count(
          answers.map(({ status }) => status),
          401,
        ),
      ).toBe(100);
    } finally {
      await second.stop();
    }
  });

  it('counts who has a token by who they are, not by where they come from', async () => {
    const { token } = await ApiClient.login(lab().stack.file);
    const ask = lab().stranger();
    const seen = await statuses(ask, 120, '/api/v1/auth/me', { headers: { authorization: `Bearer ${token}` } });
    expect(count(seen, 200)).toBe(120);
    expect((await ask(agents)).status).toBe(401);
  });

  it('counts a token that does not hold against the address', async () => {
    const ask = lab().stranger();
    await statuses(ask, 100, agents, { headers: { authorization: 'Bearer not.a.token' } });
    expect((await ask(agents)).status).toBe(429);
  });

  it('never turns away who asks for health or metrics', async () => {
    const ask = lab().stranger();
    await statuses(ask, 101, agents);
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await ask(path)).status).toBe(200);
  });

  it('tells in its metrics how often it refused', async () => {
    const total = async (): Promise<number> => {
      const text = await (await lab().stranger()('/metrics')).text();
      const lines = text.match(/^ymera_rate_limited_total\{.*class="address".*\} \d+$/gm) ?? [];
      return lines.reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
    };
    const before = await total();
    await statuses(lab().stranger(), 103, agents);
    expect((await total()) - before).toBe(3);
  });
};
