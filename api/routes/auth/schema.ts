import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { permissions, roles } from '../../access/policy';
import { accessExamples } from '../../examples/access';

export const username = Type.String({
  description: 'Lower-case letters, digits, `.`, `_`, `@` and `-`.',
  pattern: '^[a-z0-9][a-z0-9._@-]{0,62}$',
});

export const role = stringEnum([...roles], { $id: 'Role', description: 'What each may do, the policy says.' });

export const permission = stringEnum([...permissions], { $id: 'Permission' });

export const userKind = stringEnum(['person', 'service'], {
  description: 'A service comes with API keys and can not log in.',
});

export const credentials = Type.Object(
  {
    // Postgres takes no NUL in a text.
    username: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$' }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  { additionalProperties: false, examples: [accessExamples.login] },
);

export const refreshBody = Type.Object(
  {
    refresh_token: Type.String({ minLength: 1, maxLength: 200 }),
    attempt: Type.Optional(
      Type.String({
        description:
          'Random, made by the client and kept until it has the answer: with it, a lost one can be asked for again.',
        pattern: '^[A-Za-z0-9_-]{16,64}$',
      }),
    ),
  },
  { additionalProperties: false, examples: [accessExamples.refresh] },
);

export const grant = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds.' }),
    refresh_token: Type.String({ description: 'Good once, for `POST auth/refresh`.' }),
    refresh_expires_in: Type.Integer({ description: 'Seconds until the session ends, whatever is refreshed.' }),
  },
  { $id: 'Grant', examples: [accessExamples.grant] },
);

export const me = Type.Object(
  {
    subject: Type.String(),
    kind: userKind,
    roles: Type.Array(role),
    permissions: Type.Array(permission, {
      description: 'What the caller may do now, by roles and, with a key, scopes.',
    }),
    agents: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Patterns of the agents that a key is limited to; null where it is not.',
    }),
    credential: Type.Object({
      type: stringEnum(['session', 'key'], {}),
      id: Type.String(),
      expiresAt: Type.String({ description: 'Of the access token, or of the key.', format: 'date-time' }),
    }),
  },
  { $id: 'Principal', examples: [accessExamples.me] },
);

export const ticket = Type.Object(
  { ticket: Type.String(), expires_in: Type.Integer({ description: 'Seconds.' }) },
  { $id: 'Ticket', examples: [accessExamples.ticket] },
);

export const loggedOut = Type.Object(
  { session: Type.String() },
  { $id: 'LoggedOut', examples: [accessExamples.loggedOut] },
);
