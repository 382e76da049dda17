import { isDomainError, type FieldError } from '../actors/core/errors';
import { isProblemCode, problems, type ProblemCode } from './problems';

/** The body of an answer of type `application/problem+json` (RFC 9457). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  errors?: FieldError[];
  instance?: string;
}

/** Thrown anywhere in the API, answered in one place (`middleware/problem-exit.ts`). */
export class Problem extends Error {
  /** @param headers what the answer carries beside it, such as `Retry-After` */
  constructor(
    readonly code: ProblemCode,
    detail: string = problems[code].meaning,
    readonly fields: readonly FieldError[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'Problem';
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** @param instance URI of this one occurrence */
  body(instance?: string): ProblemBody {
    return {
      type: `/docs/problems#${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(this.fields.length > 0 ? { errors: [...this.fields] } : {}),
      ...(instance === undefined ? {} : { instance }),
    };
  }
}

/** The problem that an error means to a client. What is not known becomes `internal_error`, which says nothing of it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDomainError(error)) return new Problem(error.code, error.message, error.fields);
  if (error instanceof Error && 'code' in error && isProblemCode(error.code) && error.name.endsWith('Failure')) {
    const wait = (error as { retryAfterSeconds?: unknown }).retryAfterSeconds;
    const headers: Record<string, string> =
      typeof wait === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil(wait))) } : {};
    return new Problem(error.code, error.message, [], headers, { cause: error });
  }
  return new Problem('internal_error', undefined, [], {}, { cause: error });
}

/** @param cause what did not answer, for the log */
export function unavailable(cause: unknown, detail = problems.unavailable.meaning): Problem {
  return new Problem('unavailable', detail, [], { 'Retry-After': '2' }, { cause });
}
