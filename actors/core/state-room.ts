import type { AgentState } from './agent-state';
import { DomainError } from './errors';
import type { EventRecord } from './event';
import { jsonBytes, sizeOfFixed } from './json-size';
import { mostStateBytes } from './limits';

/**
 * Keeps an agent's state within what it may hold. A state grows by what its records bring at the most, so it is measured again
 * only where the sum of them says that it may have become too large.
 */
export class StateRoom {
  private atMost: number;

  constructor(
    agent: Pick<AgentState, 'state'>,
    private readonly limit = mostStateBytes,
  ) {
    this.atMost = jsonBytes(agent.state);
  }

  /**
   * Takes note of what a command made of an agent.
   * @throws DomainError `limit_reached` where the state would be larger than it may be, and than it was
   */
  take(before: Pick<AgentState, 'state'>, after: Pick<AgentState, 'state'>, records: readonly EventRecord[]): void {
    const grown = this.atMost + records.reduce((sum, record) => sum + sizeOfFixed(record), 0);
    if (grown <= this.limit) {
      this.atMost = grown;
      return;
    }
    const [was, is] = [jsonBytes(before.state), jsonBytes(after.state)];
    this.atMost = was;
    if (is > this.limit && is > was) {
      throw new DomainError('limit_reached', `the state would take ${is} bytes; an agent holds ${this.limit}`);
    }
    this.atMost = is;
  }
}
