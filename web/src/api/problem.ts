/** A place in what was sent, and what is wrong there. */
export interface FieldFault {
  pointer: string;
  message: string;
  /** From 1, of what was sent as a text. */
  line?: number;
  column?: number;
}

/** What the API says of a call that it refused (RFC 9457), or what became of one that never got there. */
export class ProblemError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    title: string,
    readonly detail: string,
    readonly errors: readonly FieldFault[] = [],
    /** The whole problem: some carry more, such as the ETag of what is there now. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
  }
}

/** @param body of the answer, whatever it is */
export function problemFrom(status: number, body: unknown): ProblemError {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string, other: string): string => (typeof said[name] === 'string' ? said[name] : other);
  const errors = Array.isArray(said['errors']) ? (said['errors'] as FieldFault[]) : [];
  const title = text('title', `The server answered ${status}`);
  return new ProblemError(text('code', 'unknown'), status, title, text('detail', ''), errors, said);
}

/** For what is thrown: a problem as it is, all else as one. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof TypeError) {
    return new ProblemError(
      'unreachable',
      0,
      'The server can not be reached',
      'It is asked again as soon as it is there.',
    );
  }
  return new ProblemError('unknown', 0, 'Something went wrong', error instanceof Error ? error.message : String(error));
}
