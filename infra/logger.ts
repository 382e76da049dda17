import pino, { type DestinationStream, type Logger } from 'pino';
import { logContext } from './log-context';

export type { Logger };

const secretKeys = [
  'password',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'ticket',
  'apiKey',
  'authorization',
  'cookie',
  'SECRET_KEY',
  '["x-api-key"]',
  '["set-cookie"]',
];

/** At any of the first three levels: `headers.authorization` of a `request` is one of the third. */
const secretPaths = secretKeys.flatMap((key) =>
  ['', '*', '*.*'].map((above) => (key.startsWith('[') || above === '' ? `${above}${key}` : `${above}.${key}`)),
);

/**
 * A JSON logger, one line per entry. Each line says what it is about, as far as `log-context.ts` knows. Values under well-known
 * secret names are redacted at any of the first three levels, and so are credentials in the URLs that an error tells of.
 * @param role the process: `worker`, `projector`, `api` …
 * @param to stdout unless told
 */
export function createLogger(role: string, level: string, to: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      name: role,
      level,
      base: { role },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => logContext(),
      serializers: { err: serializedError },
      redact: { paths: secretPaths, censor: '[redacted]' },
    },
    to,
  );
}

function serializedError(error: Error): unknown {
  return withoutCredentials(pino.stdSerializers.err(error), 0);
}

/** Errors hold errors, as `cause` and `aggregateErrors`; their texts quote addresses. */
function withoutCredentials(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(/(\w:\/\/)[^\s/@]+@/g, '$1[redacted]@');
  if (typeof value !== 'object' || value === null || depth > 4) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => withoutCredentials(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutCredentials(each, depth + 1)]));
}
