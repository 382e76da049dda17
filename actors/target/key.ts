import { hashOf } from '../core/hash-chain';

/** Concurrency groups are locked like real things, but are none: policy has no say over them. */
const concurrencyPrefix = 'concurrency:';

/** Id of the agent that keeps the lock of one real thing, such as `service:web`. */
export function targetAgentId(key: string): string {
  return `target-${hashOf(key).slice(0, 32)}`;
}

/** What to lock, with as many slots as the group has, so that no more runs of it go on at once. */
export function concurrencyKey(group: string): string {
  return `${concurrencyPrefix}${group}`;
}

export function isConcurrencyKey(key: string): boolean {
  return key.startsWith(concurrencyPrefix);
}
