import { BoundedMap } from '../bounded-map';
import { unavailable } from '../problem';

interface Known<T> {
  value: T;
  /** When the reading of it began. */
  at: number;
}

/** How old a value may be, how long a new one is waited for, and how old it may be while none is to be had, in ms. */
const freshMs = 2_000;
const patienceMs = 1_500;
const staleMs = 60_000;
const mostKnown = 20_000;

/** Remembers what was read elsewhere for two seconds, and for a minute while that does not answer. */
export class FreshCache<T> {
  private readonly known = new BoundedMap<string, Known<T>>(mostKnown);
  private readonly underWay = new Map<string, Promise<T>>();

  constructor(
    private readonly read: (id: string) => Promise<T>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws Problem `unavailable` where nothing young enough is known and nothing is to be had */
  async get(id: string): Promise<T> {
    const known = this.known.get(id);
    if (known && this.now() - known.at < freshMs) return known.value;
    try {
      return await within(this.readOnce(id), patienceMs);
    } catch (error) {
      if (known && this.now() - known.at < staleMs) return known.value;
      throw unavailable(error, 'who may do what can not be read now');
    }
  }

  /** It has changed here and now. */
  forget(id: string): void {
    this.known.delete(id);
    this.underWay.delete(id);
  }

  /** All of it may have changed. */
  clear(): void {
    this.known.clear();
    this.underWay.clear();
  }

  private readOnce(id: string): Promise<T> {
    const before = this.underWay.get(id);
    if (before) return before;
    const at = this.now();
    const reading: Promise<T> = this.read(id).then((value) => {
      // Where it was forgotten meanwhile, this may be what it was before.
      if (this.underWay.get(id) === reading) this.known.set(id, { value, at });
      return value;
    });
    this.underWay.set(id, reading);
    const done = (): void => {
      if (this.underWay.get(id) === reading) this.underWay.delete(id);
    };
    reading.then(done, done);
    return reading;
  }
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
