import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../infra/logger';
import { BoundedMap } from './bounded-map';
import type { ReplayGuard } from './dependencies';

/** Most signatures that a process remembers while Redis is down. */
const mostOwn = 10_000;

/**
 * Remembers which delivery came with which signature, through Redis; while that is down, in this process. Ids of deliveries are
 * not signed: without it, whoever has seen one delivery could send it again under another id.
 */
export class RedisReplayGuard implements ReplayGuard {
  private readonly own = new BoundedMap<string, string>(mostOwn);

  constructor(
    private readonly redis: Pick<Redis, 'set' | 'get'>,
    private readonly logger: Logger,
  ) {}

  async admits(signature: string, delivery: string, seconds: number): Promise<boolean> {
    const key = `hook:signature:${hash(signature)}`;
    const value = hash(delivery);
    if (!this.admitsHere(key, value)) return false;
    try {
      if ((await this.redis.set(key, value, 'EX', seconds, 'NX')) === 'OK') return true;
      const known = await this.redis.get(key);
      return known === null || known === value;
    } catch (error) {
      this.logger.warn({ err: error }, 'a signature was checked in this process only');
      return true;
    }
  }

  private admitsHere(key: string, value: string): boolean {
    const known = this.own.get(key);
    if (known !== undefined) return known === value;
    this.own.set(key, value);
    return true;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
