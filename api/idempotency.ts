import { hashOf } from '../actors/core/hash-chain';
import type { Dependencies, KeptAnswer, Taken } from './dependencies';
import { leaseMs } from './kept-answers';
import { Problem } from './problem';
import type { Reply } from './route';

/** A call that makes something, under the key that its caller gave. */
export interface KeyedCall {
  key: string;
  /** Subject of the caller: nobody meets the answers of another one. */
  subject: string;
  method: string;
  path: string;
  /** Checked, with its defaults filled in. */
  body: unknown;
  /** False where the body of the answer must not be kept. */
  kept: boolean;
}

/**
 * Does a call once: who sends it again gets the answer of the first time. What failed or was refused may be tried again. While the
 * answers can't be reached the work is done anyway, and its own ids, made of the key, keep it from being done twice.
 * @throws Problem `key_in_flight` | `key_reused` | `answer_not_kept`, and what `work` throws
 */
export async function answerOnce(
  { keptAnswers, logger }: Pick<Dependencies, 'keptAnswers' | 'logger'>,
  { key, subject, method, path, body, kept }: KeyedCall,
  work: () => Promise<Reply>,
): Promise<Reply> {
  const place = hashOf([subject, key, method, path]);
  // With the key, which is kept nowhere: of a password alone, the hash would tell.
  const fingerprint = hashOf([key, body]);
  const late = (err: unknown): void => logger.warn({ err }, 'the answers kept under keys can not be reached');
  let taken: Taken;
  try {
    taken = await keptAnswers.take(place, fingerprint);
  } catch (error) {
    late(error);
    return work();
  }
  if (taken.state !== 'mine') return replay(taken, fingerprint);
  const { claim } = taken;
  const renewing = setInterval(() => void keptAnswers.renew(place, claim).catch(late), leaseMs / 3);
  try {
    const reply = await work();
    await keptAnswers.keep(place, claim, answerOf(reply, kept)).catch(late);
    return reply;
  } catch (error) {
    await keptAnswers.release(place, claim).catch(late);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

function answerOf({ status = 200, headers = {}, body }: Reply, kept: boolean): KeptAnswer {
  return kept ? { status, headers, body } : { status, headers };
}

function replay(found: Exclude<Taken, { state: 'mine' }>, fingerprint: string): Reply {
  if (found.fingerprint !== fingerprint) throw new Problem('key_reused');
  if (found.state === 'in_flight') throw new Problem('key_in_flight', undefined, [], { 'Retry-After': '1' });
  const { status, headers, body } = found.answer;
  if (body === undefined) throw new Problem('answer_not_kept', undefined, [], headers);
  return { status, body: body as object, headers: { ...headers, 'Idempotent-Replayed': 'true' } };
}
