import { ApplicationFailure } from '@temporalio/workflow';
import type { Dispatch } from './messages';

/** Most commands that one Update may bring. */
export const mostCommands = 256;

/**
 * Refuses what no well-behaved sender makes, before it gets into the history; and anything while a run is about to end, to be
 * sent again to the next one. Must be synchronous: the SDK does not await a validator.
 */
export function checkDispatch({ commands, delivered }: Dispatch, closing: boolean): void {
  if (closing) throw ApplicationFailure.retryable('the agent goes on in a new run', 'continuing');
  if (!Array.isArray(commands) || commands.length > mostCommands) {
    throw ApplicationFailure.nonRetryable(`a batch is an array of at most ${mostCommands} commands`, 'invalid_batch');
  }
  if (!Number.isInteger(delivered?.published) || !Number.isInteger(delivered.checkpointed)) {
    throw ApplicationFailure.nonRetryable('a batch says what its sender has delivered', 'invalid_batch');
  }
  for (const command of commands) {
    const sound =
      typeof command?.id === 'string' &&
      command.id.length > 0 &&
      command.id.length <= 400 &&
      typeof command.type === 'string' &&
      typeof command.principal === 'string';
    if (!sound) throw ApplicationFailure.nonRetryable('a command lacks its id, type or principal', 'invalid_batch');
  }
}
