import { Problem } from '../problem';
import type { LimitClass } from './classes';
import { windowSeconds, type Count } from './counter';

/** Seconds until it is worth while to come again, never 0: who comes at that time is let in. */
function secondsLeft({ resetsAt }: Count): number {
  // The time is one of Redis, rounded down.
  return Math.min(windowSeconds, Math.max(1, Math.ceil(resetsAt + 1 - Date.now() / 1000)));
}

/** What an answer says of the limit: the fields of the IETF's draft (structured fields), and those that clients have long known. */
export function limitFields(name: LimitClass, count: Count): Record<string, string> {
  return {
    'RateLimit-Policy': `"${name}";q=${count.limit};w=${windowSeconds}`,
    RateLimit: `"${name}";r=${count.remaining};t=${secondsLeft(count)}`,
    'X-RateLimit-Limit': String(count.limit),
    'X-RateLimit-Remaining': String(count.remaining),
    'X-RateLimit-Reset': String(Math.ceil(count.resetsAt)),
  };
}

export function rateLimited(name: LimitClass, count: Count): Problem {
  const detail = `more than ${count.limit} requests a minute (${name})`;
  const headers = { ...limitFields(name, count), 'Retry-After': String(secondsLeft(count)) };
  return new Problem('rate_limited', detail, [], headers);
}
