import { chainOf } from '../projections/_util/fixtures';
import { until } from '../tests/_util/api-client';
import { Places } from './places';
import type { Ledger } from './read-side';
import { emptyLedger, startTestApi, type TestApi } from './stand-ins';

describe('places', () => {
  const places = new Places('exports', { ofPrincipal: 2, ofProcess: 3 });
  const codeOf = (subject: string, left: AbortController): string => {
    try {
      places.take(subject, left.signal);
      return 'taken';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('are so many of one principal and so many of all, and are given back once', () => {
    const [ann, bob] = [new AbortController(), new AbortController()];
    expect([1, 2, 3].map(() => codeOf('ann', ann))).toEqual(['taken', 'taken', 'too_many_streams']);
    expect([1, 2].map(() => codeOf('bob', bob))).toEqual(['taken', 'unavailable']);
    ann.abort();
    ann.abort();
    expect([1, 2].map(() => codeOf('bob', bob))).toEqual(['taken', 'too_many_streams']);
    expect(codeOf('eve', new AbortController())).toBe('taken');
    expect(codeOf('ann', new AbortController())).toBe('unavailable');
  });

  it('are not taken by who has left already', () => {
    const few = new Places('exports', { ofPrincipal: 1, ofProcess: 1 });
    for (let i = 0; i < 3; i += 1) few.take('ann', AbortSignal.abort());
  });
});

describe('what holds something open at the API', () => {
  let api: TestApi;
  afterEach(() => api[Symbol.asyncDispose]());

  const [record] = chainOf('web', 1);
  const ledger: Ledger = {
    ...emptyLedger,
    inOrder: async ({ txid }) => (txid === '9' ? [] : [{ place: { txid: '9', ordinal: '1' }, record: record ?? null }]),
  };
  const follow = (): Promise<Response> => api.call('GET', 'evidence/stream?follow=true');

  it('is turned away with 429 and when to come back, and comes in when another has left', async () => {
    api = await startTestApi({ ledger });
    const open = [await follow(), await follow(), await follow(), await follow()];
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const answer = await follow();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await answer.json()).toMatchObject({ code: 'too_many_streams' });
    await open[0]?.body?.cancel();
    await until(async () => {
      const again = await follow();
      if (again.status !== 200) return false;
      open.push(again);
      return true;
    }, 'a place that was left');
    for (const { body } of open.slice(1)) await body?.cancel();
  });

  it('is an export from its first step on', async () => {
    let go = (): void => undefined;
    const signed = new Promise<never>((_, reject) => (go = () => reject(new Error('no checkpoint'))));
    const evidence = { agents: async () => [{ id: 'web', kind: 'flags', status: 'running' }] };
    let under = 0;
    const keeper = { makeCheckpoint: () => ((under += 1), signed) };
    api = await startTestApi({ evidence: evidence as never, keeper: keeper as never });
    const waiting = [api.call('GET', 'agents/web/export'), api.call('GET', 'evidence/export')];
    await until(() => under === 2, 'two exports under way');
    expect((await api.call('GET', 'agents/web/export')).status).toBe(429);
    go();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([500, 500]);
  });
});
