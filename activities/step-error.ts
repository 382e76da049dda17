import { ActionError } from './actions/action';
import { shortText } from '../actors/core/bounded-json';

const longestMessage = 500;

/**
 * What is recorded of an error, before it is redacted: the code of an ActionError, or `action_failed`, and the first line of
 * its message.
 */
export function stepError(error: unknown): { code: string; message: string } {
  const { code, message } = error instanceof ActionError ? error : { code: 'action_failed', message: messageOf(error) };
  const firstLine = message.split('\n').find((line) => line.trim() !== '') ?? code;
  return { code, message: shortText(firstLine.trim(), longestMessage) };
}

/** Clients hide what went wrong in the cause: `fetch failed` says nothing. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
