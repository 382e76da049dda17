import pino, { type Logger } from 'pino';

export type { Logger };

const secretKeys = ['password', 'secret', 'token', 'access_token', 'authorization', 'cookie', 'SECRET_KEY'];

/**
 * A JSON logger to stdout, one line per entry. Values under well-known secret names are redacted at any of the first two levels.
 * @param role the process: `worker`, `projector`, `api` …
 */
export function createLogger(role: string, level: string): Logger {
  return pino({
    name: role,
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
  });
}
