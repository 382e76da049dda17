import { setTimeout as delay } from 'node:timers/promises';
import type { KeptAnswer, KeptAnswers } from '../dependencies';
import { mostKept } from '../kept-answers';

const answer: KeptAnswer = { status: 201, headers: { Location: '/a' }, body: { id: 'a', text: 'ü\u0000' } };

/** How long a place is held, and an answer kept, where the contract is tried, in ms. */
export const contractMs = { lease: 400, kept: 1_500 };

/** What every implementation of `KeptAnswers` does. @param make one with `contractMs` */
export function keptAnswersContract(make: () => KeptAnswers): void {
  const taken = async (answers: KeptAnswers, place: string): Promise<string> => {
    const found = await answers.take(place, 'f');
    if (found.state !== 'mine') throw new Error(`${place} is ${found.state}`);
    return found.claim;
  };

  it('gives a place to one of those who come at once', async () => {
    const answers = make();
    const found = await Promise.all(Array.from({ length: 20 }, () => answers.take('crowd', 'f')));
    expect(found.filter(({ state }) => state === 'mine')).toHaveLength(1);
    expect(found.filter(({ state }) => state === 'in_flight')).toHaveLength(19);
  });

  it('tells what a place was taken for', async () => {
    const answers = make();
    const claim = await taken(answers, 'told');
    expect(await answers.take('told', 'other')).toEqual({ state: 'in_flight', fingerprint: 'f' });
    await answers.keep('told', claim, answer);
    expect(await answers.take('told', 'other')).toEqual({ state: 'kept', fingerprint: 'f', answer });
    expect((await answers.take('elsewhere', 'f')).state).toBe('mine');
  });

  it('frees a place that is released, and forgets an answer in time', async () => {
    const answers = make();
    await answers.release('free', await taken(answers, 'free'));
    await answers.keep('free', await taken(answers, 'free'), answer);
    await delay(contractMs.kept + 300);
    expect((await answers.take('free', 'f')).state).toBe('mine');
  });

  it('frees a place whose holder is gone, and not one that is renewed', async () => {
    const answers = make();
    const claim = await taken(answers, 'held');
    await taken(answers, 'left');
    for (let i = 0; i < 4; i += 1) {
      await delay(contractMs.lease / 2);
      await answers.renew('held', claim);
    }
    expect((await answers.take('held', 'f')).state).toBe('in_flight');
    expect((await answers.take('left', 'f')).state).toBe('mine');
  });

  it('lets nobody change a place that is not theirs any more', async () => {
    const answers = make();
    const late = await taken(answers, 'lost');
    await delay(contractMs.lease + 200);
    const claim = await taken(answers, 'lost');
    await answers.keep('lost', late, { ...answer, status: 200 });
    await answers.release('lost', late);
    expect((await answers.take('lost', 'f')).state).toBe('in_flight');
    await answers.keep('lost', claim, answer);
    await answers.renew('lost', claim);
    expect(await answers.take('lost', 'f')).toMatchObject({ state: 'kept', answer: { status: 201 } });
  });

  it('keeps no body that is too large', async () => {
    const answers = make();
    await answers.keep('large', await taken(answers, 'large'), { ...answer, body: 'x'.repeat(mostKept) });
    const { status, headers } = answer;
    expect(await answers.take('large', 'f')).toEqual({ state: 'kept', fingerprint: 'f', answer: { status, headers } });
  });
}
