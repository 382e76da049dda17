import { Type } from '@sinclair/typebox';
import { agentPattern } from '../../access/patterns';
import { accessExamples } from '../../examples/access';
import { nextCursor, pageQuery } from '../../pages';
import { permission, username } from '../auth/schema';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const keyParams = Type.Object({ id: Type.String({ format: 'uuid' }) }, strict);

export const listQuery = Type.Object(
  {
    owner: Type.Optional(Type.String({ ...username, description: "Whose; the caller's own where it is left out." })),
    ...pageQuery,
  },
  strict,
);

export const newApiKey = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f]*$' }),
    owner: Type.Optional(
      Type.String({
        ...username,
        description: 'A service; the caller where it is left out. Others need `keys:write`.',
      }),
    ),
    scopes: Type.Array(permission, {
      description: 'What it may do, as far as its owner may. Not `users:write` nor `keys:write`.',
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
    }),
    agents: Type.Optional(
      Type.Array(Type.String({ description: 'An id, or how ids begin: `web-*`.', pattern: agentPattern }), {
        description: 'The only agents that it is for.',
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
      }),
    ),
    expires_in_days: Type.Integer({ minimum: 1, maximum: 365, default: 90 }),
  },
  { ...strict, examples: [accessExamples.newApiKey] },
);

const shown = {
  id: Type.String(),
  prefix: Type.String({ description: 'The visible part: `ymk_<prefix>_…`.' }),
  name: Type.String(),
  owner: Type.String(),
  scopes: Type.Array(permission),
  agents: orNull(Type.Array(Type.String())),
  createdBy: Type.String(),
  createdAt: time,
  expiresAt: time,
  revokedAt: orNull(time),
  lastUsedAt: Type.Union([time, Type.Null()], { description: 'To the minute.' }),
};

export const apiKey = Type.Object(shown, { $id: 'ApiKey', examples: [accessExamples.apiKey] });
export const madeApiKey = Type.Object(
  { ...shown, key: Type.String({ description: 'The key itself, for `X-API-Key`. It is never shown again.' }) },
  { $id: 'MadeApiKey', examples: [accessExamples.madeApiKey] },
);
export const apiKeyPage = Type.Object(
  { keys: Type.Array(apiKey), next: nextCursor },
  { $id: 'ApiKeyPage', examples: [accessExamples.apiKeyPage] },
);
