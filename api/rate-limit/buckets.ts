import { BoundedMap } from '../bounded-map';

/**
 * Buckets for koa-ratelimit's memory driver. The driver hands out the very object that it counts in, and looks at it a moment
 * later, when other calls have changed it; so each call gets a copy, which is the bucket until the next one.
 */
export class Buckets extends BoundedMap<string, object> {
  override get(key: string): object | undefined {
    const bucket = super.get(key);
    if (bucket === undefined) return undefined;
    const copy = { ...bucket };
    Map.prototype.set.call(this, key, copy);
    return copy;
  }
}
