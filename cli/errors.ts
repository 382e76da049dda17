/** What ends a command with one clear line. `exit` is what the process answers with. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exit: ExitCode,
    /** More lines, such as the faults of a config with their places. */
    readonly details: readonly string[] = [],
  ) {
    super(message);
    this.name = 'CliError';
  }
}

/** 1: it was refused or it failed. 2: the call itself is wrong. 3: nobody answers. 4: not signed in, or not allowed. */
export type ExitCode = 1 | 2 | 3 | 4;
export const exitCodes = { refused: 1, usage: 2, unreachable: 3, denied: 4 } as const satisfies Record<
  string,
  ExitCode
>;

/** A problem+json of the API. */
export interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  errors?: { pointer: string; message: string }[];
}

/** @param body of the answer, whatever it was */
export function refusedBy(status: number, body: unknown): CliError {
  const { title, detail, code, errors = [] } = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody;
  const exit = status === 401 || status === 403 ? exitCodes.denied : exitCodes.refused;
  const what = detail ?? title ?? `the server answered ${status}`;
  const hint = status === 401 ? ['Sign in with: ymera login'] : [];
  return new CliError(code ? `${what} (${code})` : what, exit, [
    ...errors.map(({ pointer, message }) => `${pointer}: ${message}`),
    ...hint,
  ]);
}

/** What an error of a connection says to a person. */
export function unreachable(url: string, error: unknown): CliError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return new CliError(`no answer from ${url}: ${code ?? message ?? String(cause)}`, exitCodes.unreachable);
}
