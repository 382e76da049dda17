import type { Redis } from 'ioredis';
import type { Logger } from '../infra/logger';
import type { OnceStore } from './dependencies';

/** Once over all API processes, through Redis; while that is down, once in this process. */
export class RedisOnceStore implements OnceStore {
  private readonly own = new Map<string, number>();

  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
  ) {}

  async claim(id: string, seconds: number): Promise<boolean> {
    if (!this.claimHere(id, seconds)) return false;
    try {
      return (await this.redis.set(`ws:ticket:${id}`, '1', 'EX', seconds, 'NX')) === 'OK';
    } catch (error) {
      this.logger.warn({ err: error }, 'a ticket was checked in this process only');
      return true;
    }
  }

  private claimHere(id: string, seconds: number): boolean {
    const now = Date.now();
    for (const [known, until] of this.own) if (until < now) this.own.delete(known);
    if (this.own.has(id)) return false;
    this.own.set(id, now + seconds * 1000);
    return true;
  }
}
