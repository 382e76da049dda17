import { randomUUID } from 'node:crypto';
import { jsonBytes } from '../actors/core/json-size';
import type { Redis, Result } from 'ioredis';
import type { KeptAnswer, KeptAnswers, Taken } from './dependencies';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    replaceKeptAnswer(key: string, mine: string, next: string, ms: number): Result<number, Context>;
  }
}

/** How long a place is held by whoever is at work, unless renewed, in ms: so long a retry waits for a process that died. */
export const leaseMs = 10_000;
/** How long an answer is kept, in ms. */
export const keptMs = 24 * 3_600_000;
/** Most bytes of an answer's body that are kept: as many as a request may have. */
export const mostKept = 1024 * 1024;

const prefix = 'idempotency:';

/** Whoever is not in the place any more, because it was given up in between, changes nothing. */
const replaceKeptAnswer = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`;

interface Kept {
  fingerprint: string;
  answer?: KeptAnswer;
}

/** Answers in Redis, so that all API processes know them. Each call throws while Redis is down. */
export class RedisKeptAnswers implements KeptAnswers {
  constructor(
    private readonly redis: Redis,
    private readonly ms: { lease: number; kept: number } = { lease: leaseMs, kept: keptMs },
  ) {
    redis.defineCommand('replaceKeptAnswer', { numberOfKeys: 1, lua: replaceKeptAnswer });
  }

  async take(place: string, fingerprint: string): Promise<Taken> {
    const claim = JSON.stringify({ fingerprint, claim: randomUUID() });
    if ((await this.redis.set(prefix + place, claim, 'PX', this.ms.lease, 'NX')) === 'OK') {
      return { state: 'mine', claim };
    }
    const text = await this.redis.get(prefix + place);
    // Given up in between: the next try finds it free.
    if (text === null) return { state: 'in_flight', fingerprint };
    const { answer, fingerprint: known } = JSON.parse(text) as Kept;
    return answer ? { state: 'kept', fingerprint: known, answer } : { state: 'in_flight', fingerprint: known };
  }

  async renew(place: string, claim: string): Promise<void> {
    await this.redis.replaceKeptAnswer(prefix + place, claim, claim, this.ms.lease);
  }

  async keep(place: string, claim: string, answer: KeptAnswer): Promise<void> {
    const { fingerprint } = JSON.parse(claim) as Kept;
    const kept: Kept = { fingerprint, answer: bounded(answer) };
    await this.redis.replaceKeptAnswer(prefix + place, claim, JSON.stringify(kept), this.ms.kept);
  }

  async release(place: string, claim: string): Promise<void> {
    await this.redis.replaceKeptAnswer(prefix + place, claim, '', this.ms.lease);
  }
}

/** The same without its body where that is too large. */
export function bounded({ status, headers, body }: KeptAnswer): KeptAnswer {
  return body !== undefined && jsonBytes(body) <= mostKept ? { status, headers, body } : { status, headers };
}
