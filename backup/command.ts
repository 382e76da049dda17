import { ConfigError } from '../infra/config';
import { SealError } from './seal';

/** What an operator has asked for can't be done as it stands; the message says what to do. */
export class RefusedError extends Error {
  readonly code = 'refused';
}

/**
 * Runs a command of an operator and ends the process. Exit codes: 0 done, 1 failed, 2 bad environment or argument, 3 refused as
 * things stand.
 */
export function runCommand(name: string, work: () => Promise<void>): void {
  work().then(
    () => process.exit(0),
    (error: Error & { code?: unknown }) => {
      process.stderr.write(`${name}: ${error.message}\n`);
      const usage = error instanceof ConfigError || String(error.code).startsWith('ERR_PARSE_ARGS');
      process.exit(usage ? 2 : error instanceof RefusedError || error instanceof SealError ? 3 : 1);
    },
  );
}
