import type { AgentState } from './agent-state';
import { DomainError } from './errors';
import { jsonBytes } from './json-size';
import type { AnyKind } from './kind';
import type { ForkOrigin } from './lifecycle';
import { mostForkBytes } from './limits';

/** What a new agent carries on of another one. */
export interface Fork {
  state: unknown;
  from: ForkOrigin;
}

/**
 * What a fork of an agent, as that one stood after some record, begins with.
 * @throws DomainError `not_allowed` where agents of its kind have no forks, `limit_reached` where it is too much for one record
 */
export function forkOf(kind: AnyKind, { id, sequence, hash, state, config }: AgentState): Fork {
  if (!kind.fork) throw new DomainError('not_allowed', `agents of kind ${kind.name} have no forks`);
  const kept: unknown = kind.fork(state);
  const bytes = jsonBytes(kept) + jsonBytes(config);
  if (bytes > mostForkBytes) {
    throw new DomainError(
      'limit_reached',
      `state and config take ${bytes} bytes; a fork is born with ${mostForkBytes} at most`,
    );
  }
  return { state: kept, from: { agent: id, sequence, hash } };
}
