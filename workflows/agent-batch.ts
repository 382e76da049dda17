import { ApplicationFailure } from '@temporalio/workflow';
import type { CommandEnvelope } from '../actors/core/command';

/** Most commands that one Update may bring. */
export const mostCommands = 256;

/**
 * Refuses a batch that no well-behaved sender makes, before it gets into the history. Must be synchronous: the SDK
 * does not await a validator.
 */
export function checkBatch(batch: CommandEnvelope[]): void {
  if (!Array.isArray(batch) || batch.length > mostCommands) {
    throw ApplicationFailure.nonRetryable(`a batch is an array of at most ${mostCommands} commands`, 'invalid_batch');
  }
  for (const command of batch) {
    const sound =
      typeof command?.id === 'string' &&
      command.id.length > 0 &&
      command.id.length <= 200 &&
      typeof command.type === 'string' &&
      typeof command.principal === 'string';
    if (!sound) throw ApplicationFailure.nonRetryable('a command lacks its id, type or principal', 'invalid_batch');
  }
}
