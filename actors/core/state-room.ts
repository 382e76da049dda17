import { DomainError } from './errors';
import { jsonBytes, jsonGrowth } from './json-size';
import { mostStateBytes } from './limits';

/**
 * Keeps an agent's state within what it may hold. Each change is counted by what it has changed: states share what stays, so
 * that costs little even where they are large.
 */
export class StateRoom {
  private bytes: number;

  constructor(
    state: unknown,
    private readonly limit = mostStateBytes,
  ) {
    this.bytes = jsonBytes(state);
  }

  /** @throws DomainError `limit_reached` where the state would be larger than it may be, and than it was */
  check(before: unknown, after: unknown): void {
    const growth = jsonGrowth(before, after);
    if (growth <= 0 || this.bytes + growth <= this.limit) return;
    throw new DomainError(
      'limit_reached',
      `the state would take ${this.bytes + growth} bytes; an agent holds ${this.limit}`,
    );
  }

  /** Takes note of a change. */
  add(before: unknown, after: unknown): void {
    this.bytes += jsonGrowth(before, after);
  }
}
