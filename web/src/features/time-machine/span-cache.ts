/** Events are fetched by so many at once: the server keeps the agent's state at each thousandth event. */
export const pageSize = 1_000;

/** Which page an event is on, from 0. */
export function pageOf(sequence: number): number {
  return Math.floor((sequence - 1) / pageSize);
}

/** Pages that were used last. Bounded; what was not used for longest goes first. */
export class SpanCache<T> {
  private readonly pages = new Map<number, T>();

  /** @param onForget told of each page that goes */
  constructor(
    private readonly most: number,
    private readonly onForget: (page: number) => void,
  ) {}

  get(page: number): T | undefined {
    return this.pages.get(page);
  }

  has(page: number): boolean {
    return this.pages.has(page);
  }

  /** Says that a page is in use. */
  touch(page: number): void {
    const value = this.pages.get(page);
    if (value === undefined) return;
    this.pages.delete(page);
    this.pages.set(page, value);
  }

  set(page: number, value: T): void {
    this.pages.delete(page);
    this.pages.set(page, value);
    while (this.pages.size > this.most) this.forget(this.pages.keys().next().value as number);
  }

  forget(page: number): void {
    if (this.pages.delete(page)) this.onForget(page);
  }
}
