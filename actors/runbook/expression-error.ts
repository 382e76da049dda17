/** `unknown_value`: what it names is not there, or not there yet. `expression_failed`: anything else. */
export type ExpressionErrorCode = 'unknown_value' | 'expression_failed';

const longest = 300;

/** An expression that can't be read, or yields nothing usable. The message is one line. */
export class ExpressionError extends Error {
  constructor(
    readonly code: ExpressionErrorCode,
    message: string,
  ) {
    super(message.length > longest ? `${message.slice(0, longest)}…` : message);
    this.name = 'ExpressionError';
  }
}

/** By its shape, because `instanceof` is unreliable across the workflow sandbox. */
export function isExpressionError(error: unknown): error is ExpressionError {
  return error instanceof Error && error.name === 'ExpressionError' && 'code' in error;
}
