import { FormatRegistry, Type, type Static, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { edgeFaults } from './edge-config';
import { parseEncryptionKeys, type EncryptionKey } from './encryption-keys';
import { parseRetentionClasses } from './retention';
import { weaknessOf } from './secret-key';

FormatRegistry.Set('encryption-keys', (value) => parseEncryptionKeys(value) !== null);
FormatRegistry.Set('retention-classes', (value) => parseRetentionClasses(value) !== null);

const port = (fallback: number): ReturnType<typeof Type.Integer> =>
  Type.Integer({ minimum: 0, maximum: 65535, default: fallback });

const listeningPort = Type.Integer({ minimum: 1, maximum: 65535 });

/** Those of OpenTelemetry, whose library reads these variables by itself. */
const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const perMinute = (fallback: number): ReturnType<typeof Type.Integer> =>
  Type.Integer({ minimum: 0, maximum: 10_000_000, default: fallback });

/** Every environment variable that Ymera reads, with its type and default. `.env.example` lists the same ones. */
export const environmentSchema = Type.Object({
  ENVIRONMENT: Type.Union([Type.Literal('development'), Type.Literal('test'), Type.Literal('production')], {
    default: 'development',
  }),
  DEBUG: Type.Boolean({ default: false }),
  LOG_LEVEL: Type.Union(
    (['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const).map((level) => Type.Literal(level)),
    { default: 'info' },
  ),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: port(8000),
  DRAIN_SECONDS: Type.Number({ minimum: 0, maximum: 300, default: 0 }),
  METRICS_HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  METRICS_PORT: Type.Optional(listeningPort),
  TEMPORAL_METRICS_PORT: Type.Optional(listeningPort),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://' })),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(Type.String()),
  OTEL_TRACES_SAMPLER: Type.Optional(
    Type.Union(
      samplers.map((name) => Type.Literal(name)),
      { description: `must be one of ${samplers.join(', ')}` },
    ),
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  YMERA_HOME: Type.String({ minLength: 1, default: '.ymera' }),
  SECRET_KEY: Type.Optional(Type.String({ minLength: 32 })),
  SECRET_KEY_PREVIOUS: Type.Optional(Type.String({ minLength: 32 })),
  TOKEN_TTL_SECONDS: Type.Integer({ minimum: 60, maximum: 86400, default: 900 }),
  SESSION_TTL_HOURS: Type.Number({ minimum: 24, maximum: 8760, default: 168 }),
  LOGIN_LOCKOUT_AFTER: Type.Integer({ minimum: 1, maximum: 100, default: 5 }),
  LOGIN_LOCKOUT_MINUTES: Type.Number({ exclusiveMinimum: 0, maximum: 1440, default: 15 }),
  WS_CONNECTIONS_PER_PRINCIPAL: Type.Integer({ minimum: 1, maximum: 10_000, default: 20 }),
  PUBLIC_ORIGINS: Type.String({ default: '' }),
  YMERA_ENCRYPTION_KEY: Type.Optional(
    Type.String({
      format: 'encryption-keys',
      description: 'must be id:key, several separated by commas, each id once, each key 32 bytes as base64',
    }),
  ),
  CODEC_ORIGINS: Type.String({ default: '' }),
  CORS_ORIGINS: Type.String({ default: '' }),
  TRUSTED_PROXIES: Type.String({ default: '' }),
  TLS_CERT: Type.Optional(Type.String({ minLength: 1 })),
  TLS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  RATE_LIMIT_PER_MINUTE: perMinute(100),
  RATE_LIMIT_LOGIN_PER_MINUTE: perMinute(5),
  RATE_LIMIT_VITALS_PER_MINUTE: perMinute(1000),
  RATE_LIMIT_PRINCIPAL_PER_MINUTE: perMinute(6000),
  RATE_LIMIT_HOOK_PER_MINUTE: perMinute(1000),
  RATE_LIMIT_CSP_PER_MINUTE: perMinute(60),
  RATE_LIMIT_UPGRADE_PER_MINUTE: perMinute(300),
  TEMPORAL_ADDRESS: Type.Optional(Type.String({ pattern: '^[^:]+:[0-9]+$' })),
  TEMPORAL_NAMESPACE: Type.String({ minLength: 1, default: 'default' }),
  TEMPORAL_WORKER_DEPLOYMENT: Type.String({
    pattern: '^[A-Za-z0-9_-]{0,100}$',
    description: 'must be letters, digits, - and _, at most 100',
    default: '',
  }),
  TEMPORAL_TASK_QUEUE: Type.String({ minLength: 1, default: 'ymera' }),
  AGENT_TASK_TIMEOUT_MS: Type.Integer({ minimum: 500, maximum: 60_000, default: 2_000 }),
  WORKER_STICKY_TIMEOUT_MS: Type.Integer({ minimum: 10, maximum: 60_000, default: 500 }),
  WORKER_WORKFLOW_TASKS: Type.Integer({ minimum: 6, maximum: 1_000, default: 10 }),
  WORKER_CACHED_WORKFLOWS: Type.Optional(Type.Integer({ minimum: 2, maximum: 1_000_000 })),
  WORKER_TUNER: Type.Union([Type.Literal('fixed'), Type.Literal('resource')], { default: 'fixed' }),
  WORKER_TARGET_CPU: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.9 }),
  WORKER_TARGET_MEMORY: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.8 }),
  NATS_SERVERS: Type.Optional(Type.String({ minLength: 1 })),
  STREAM_MAX_MESSAGES: Type.Integer({ minimum: 1000, default: 100_000 }),
  STREAM_MAX_AGE_HOURS: Type.Number({ exclusiveMinimum: 0, default: 24 }),
  STREAM_REPLICAS: Type.Integer({ minimum: 1, maximum: 5, default: 1 }),
  REDIS_URL: Type.Optional(Type.String({ pattern: '^rediss?://' })),
  REDIS_HOST: Type.Optional(Type.String({ minLength: 1 })),
  REDIS_PORT: port(6379),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  YMERA_EXECUTABLES: Type.Optional(Type.String()),
  YMERA_READ_ROOTS: Type.String({ default: '' }),
  YMERA_WRITE_ROOTS: Type.String({ default: '' }),
  YMERA_WORKSPACE: Type.Optional(Type.String()),
  YMERA_STORE: Type.Optional(Type.String()),
  YMERA_ARTIFACT_MB: Type.Integer({ minimum: 1, maximum: 100_000_000, default: 10_000 }),
  YMERA_CACHE_MB: Type.Integer({ minimum: 1, maximum: 100_000_000, default: 5_000 }),
  YMERA_SECRETS_DIR: Type.Optional(Type.String()),
  YMERA_CONTAINERS: Type.Optional(Type.String({ pattern: '^(unix:///|https?://)' })),
  YMERA_TOFU: Type.Optional(Type.String()),
  YMERA_KUBERNETES: Type.Optional(
    Type.String({
      pattern: '^[^,]+/[^,/]+(,[^,]+/[^,/]+)*$',
      description: 'must be context/namespace, several separated by commas',
    }),
  ),
  YMERA_KUBECONFIG: Type.Optional(Type.String()),
  BACKUP_PASSPHRASE: Type.Optional(Type.String({ minLength: 16, description: 'must be 16 characters or more' })),
  EVIDENCE_ARCHIVE_SECONDS: Type.Number({ minimum: 0.1, maximum: 3600, default: 15 }),
  EVIDENCE_SWEEP_MINUTES: Type.Number({ minimum: 0.01, maximum: 720, default: 30 }),
  EVIDENCE_CHECKPOINT_SECONDS: Type.Number({ minimum: 1, maximum: 86_400, default: 60 }),
  EVIDENCE_ANCHOR_FILE: Type.Optional(Type.String({ minLength: 1 })),
  EVIDENCE_ANCHOR_GIT: Type.Optional(Type.String({ minLength: 1 })),
  EVIDENCE_ANCHOR_WEBHOOK: Type.Optional(Type.String({ pattern: '^https?://' })),
  EVIDENCE_KEY_FILE: Type.Optional(Type.String({ minLength: 1 })),
  VITALS_RETENTION_DAYS: Type.Integer({ minimum: 2, maximum: 3650, default: 30 }),
  METRICS_SAMPLE_SECONDS: Type.Number({ minimum: 1, maximum: 3600, default: 15 }),
  METRICS_RETENTION_DAYS: Type.Integer({ minimum: 1, maximum: 3650, default: 7 }),
  RETENTION_CLASSES: Type.String({
    format: 'retention-classes',
    description: 'must be name=days or name=unlimited, several separated by commas, each name once',
    default: '',
  }),
});

export type Environment = Static<typeof environmentSchema>;

/** What is wrong with the environment, one variable per entry; the process entry prints it and exits with 2. */
export class ConfigError extends Error {
  readonly code = 'invalid_environment';
  constructor(problems: string[]) {
    super(`invalid environment: ${problems.join('; ')}`);
  }
}

/**
 * Parses and checks the environment once. An empty variable counts as absent.
 * @throws ConfigError naming each bad variable, never its value: it may be a secret.
 */
export function parseEnvironment(env: NodeJS.ProcessEnv): Environment {
  const given: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(environmentSchema.properties)) {
    const raw = env[name];
    if (raw !== undefined && raw !== '') given[name] = Value.Convert(schema, raw);
  }
  const value = Value.Default(environmentSchema, given);
  const sound = Value.Check(environmentSchema, value);
  const problems = sound
    ? [...edgeFaults(value), ...weakKeys(value)]
    : [...Value.Errors(environmentSchema, value)].map(
        ({ path, schema, message }) => `${path.slice(1)}: ${schema.description ?? message}`,
      );
  if (sound && problems.length === 0) return value;
  throw new ConfigError([...new Set(problems)]);
}

/** Whoever can guess a key can sign tokens: production takes none that is weak. */
function weakKeys(env: Environment): string[] {
  if (env.ENVIRONMENT !== 'production') return [];
  return (['SECRET_KEY', 'SECRET_KEY_PREVIOUS'] as const).flatMap((name) => {
    const weakness = env[name] === undefined ? null : weaknessOf(env[name]);
    return weakness === null ? [] : [`${name}: ${weakness}`];
  });
}

/** Addresses of the servers, all of them known: what a process needs that talks to the outside. */
export interface Servers {
  /** `encryption`: what payloads are encrypted by; none where it is off. */
  temporal: { address: string; namespace: string; taskQueue: string; encryption: EncryptionKey[] };
  nats: { servers: string[]; maxMessages: number; maxAgeHours: number; replicas: number };
  redis: { url: string };
  postgres: { url: string };
}

/**
 * The servers named by the environment.
 * @throws ConfigError naming each server that has no address.
 */
export function requireServers(env: Environment): Servers {
  const redisUrl = redisAddress(env);
  const missing = [
    env.TEMPORAL_ADDRESS ? null : 'TEMPORAL_ADDRESS: missing',
    env.NATS_SERVERS ? null : 'NATS_SERVERS: missing',
    redisUrl ? null : 'REDIS_URL or REDIS_HOST: missing',
    env.DATABASE_URL ? null : 'DATABASE_URL: missing',
  ].filter((line) => line !== null);
  if (missing.length > 0) throw new ConfigError(missing);
  return {
    temporal: requireTemporal(env),
    nats: {
      servers: (env.NATS_SERVERS as string).split(',').map((s) => s.trim()),
      maxMessages: env.STREAM_MAX_MESSAGES,
      maxAgeHours: env.STREAM_MAX_AGE_HOURS,
      replicas: env.STREAM_REPLICAS,
    },
    redis: { url: redisUrl as string },
    postgres: { url: env.DATABASE_URL as string },
  };
}

/** Temporal alone. @throws ConfigError where it has no address */
export function requireTemporal(env: Environment): Servers['temporal'] {
  if (!env.TEMPORAL_ADDRESS) throw new ConfigError(['TEMPORAL_ADDRESS: missing']);
  return {
    address: env.TEMPORAL_ADDRESS,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    encryption: encryptionKeys(env),
  };
}

function encryptionKeys({ YMERA_ENCRYPTION_KEY: list }: Environment): EncryptionKey[] {
  return list === undefined ? [] : (parseEncryptionKeys(list) as EncryptionKey[]);
}

/** `REDIS_URL`, or one made of `REDIS_HOST` and `REDIS_PORT`, or undefined where neither is given. */
export function redisAddress(env: Environment): string | undefined {
  if (env.REDIS_URL) return env.REDIS_URL;
  return env.REDIS_HOST ? `redis://${env.REDIS_HOST}:${env.REDIS_PORT}` : undefined;
}
