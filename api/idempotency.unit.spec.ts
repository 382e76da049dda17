import pino from 'pino';
import { keptAnswersContract, contractMs } from './_util/kept-answers-contract';
import { MemoryKeptAnswers } from './_util/memory-kept-answers';
import type { KeptAnswers } from './dependencies';
import { answerOnce, type KeyedCall } from './idempotency';
import { mostKept } from './kept-answers';
import { Problem } from './problem';
import type { Reply } from './route';

const logger = pino({ level: 'silent' });
const call: KeyedCall = { key: 'k', subject: 'ann', method: 'POST', path: '/a', body: { a: 1, b: [2] }, kept: true };
const made: Reply = { status: 201, body: { id: 'a' }, headers: { Location: '/a/a' } };

describe('answers kept in memory', () => keptAnswersContract(() => new MemoryKeptAnswers(contractMs)));

describe('a call under a key', () => {
  let keptAnswers: KeptAnswers;
  let times: number;
  beforeEach(() => {
    keptAnswers = new MemoryKeptAnswers();
    times = 0;
  });
  const once = (changed: Partial<KeyedCall> = {}, reply: () => Promise<Reply> = () => Promise.resolve(made)) =>
    answerOnce({ keptAnswers, logger }, { ...call, ...changed }, () => {
      times += 1;
      return reply();
    });
  const codeOf = (error: unknown): string => (error as Problem).code;

  it('is done once, and answered the same, whatever the order of what is in the body', async () => {
    expect(await once()).toEqual(made);
    expect(await once({ body: { b: [2], a: 1 } })).toEqual({
      ...made,
      headers: { ...made.headers, 'Idempotent-Replayed': 'true' },
    });
    expect(times).toBe(1);
  });

  it('whose answer is shown once is done once too, and keeps nothing of its body', async () => {
    const keeping: unknown[] = [];
    const keep = keptAnswers.keep.bind(keptAnswers);
    keptAnswers.keep = (...args) => (keeping.push(args), keep(...args));
    await once({ kept: false });
    const again = await once({ kept: false }).catch((error: unknown) => error as Problem);
    expect(again).toMatchObject({ code: 'answer_not_kept', headers: { Location: '/a/a' } });
    expect(times).toBe(1);
    expect(JSON.stringify(keeping)).not.toContain('"body"');
  });

  it.each<[string, Partial<KeyedCall>]>([
    ['another caller', { subject: 'bob' }],
    ['another path', { path: '/b' }],
    ['another key', { key: 'l' }],
  ])('is another call of %s', async (_, changed) => {
    await once();
    await once(changed);
    expect(times).toBe(2);
  });

  it('is refused with another body, also while the first one is under way', async () => {
    let end = (_: Reply): void => undefined;
    const first = once({}, () => new Promise((resolve) => (end = resolve)));
    await Promise.resolve();
    expect(await once({ body: {} }).catch(codeOf)).toBe('key_reused');
    const again = await once().catch((error: unknown) => error as Problem);
    expect(again).toMatchObject({ code: 'key_in_flight', headers: { 'Retry-After': '1' } });
    end(made);
    await first;
    expect(await once({ body: {} }).catch(codeOf)).toBe('key_reused');
    expect(times).toBe(1);
  });

  it.each([new Problem('invalid_input'), new Error('a fault')])('may be tried again after %s', async (error) => {
    await expect(once({}, () => Promise.reject(error))).rejects.toBe(error);
    expect(await once()).toEqual(made);
  });

  it('is not done again where its answer was too large to be kept', async () => {
    await once({}, () => Promise.resolve({ ...made, body: { text: 'x'.repeat(mostKept) } }));
    const again = await once().catch((error: unknown) => error as Problem);
    expect(again).toMatchObject({ code: 'answer_not_kept', headers: { Location: '/a/a' } });
    expect(times).toBe(1);
  });

  it('is done all the same while nobody can tell', async () => {
    const down = (): Promise<never> => Promise.reject(new Error('down'));
    keptAnswers = { take: down, renew: down, keep: down, release: down };
    expect(await once()).toEqual(made);
    const first = new MemoryKeptAnswers();
    keptAnswers = { take: (place, print) => first.take(place, print), renew: down, keep: down, release: down };
    expect(await once()).toEqual(made);
    expect(times).toBe(2);
  });
});
