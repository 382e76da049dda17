import { Type } from '@sinclair/typebox';
import { accessExamples } from '../../examples/access';
import { nextCursor } from '../../pages';
import { role, userKind, username } from '../auth/schema';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });

/** Long ones are good ones; there are no other rules (NIST SP 800-63B). */
const password = Type.String({ minLength: 12, maxLength: 1024 });
const roles = Type.Array(role, { uniqueItems: true, maxItems: 5 });

export const userParams = Type.Object({ username }, strict);

export const newUser = Type.Object(
  {
    username: Type.String({
      description: `${String(username.description)} \`anonymous\` stands for who is not known.`,
      pattern: username.pattern?.replace('^', '^(?!anonymous$)') ?? '',
    }),
    kind: Type.Unsafe<'person' | 'service'>({ ...userKind, default: 'person' }),
    password: Type.Optional(Type.String({ ...password, description: 'A person has one, a service none.' })),
    roles,
  },
  {
    ...strict,
    oneOf: [
      { properties: { kind: { const: 'person' }, password: {} }, required: ['password'] },
      { properties: { kind: { const: 'service' }, password: false }, required: ['kind'] },
    ],
    examples: [accessExamples.newUser],
  },
);

export const userChange = Type.Object(
  {
    roles: Type.Optional(roles),
    disabled: Type.Optional(Type.Boolean({ description: 'Can do nothing, from now on, until it is enabled again.' })),
    password: Type.Optional(password),
  },
  { ...strict, minProperties: 1, examples: [accessExamples.userChange] },
);

export const user = Type.Object(
  {
    username: Type.String(),
    kind: userKind,
    roles: Type.Array(role),
    disabled: Type.Boolean(),
    lockedUntil: Type.Union([time, Type.Null()], { description: 'After too many failed logins.' }),
    createdBy: Type.String(),
    createdAt: time,
    updatedAt: time,
  },
  { $id: 'User', examples: [accessExamples.user] },
);

export const userPage = Type.Object(
  { users: Type.Array(user), next: nextCursor },
  { $id: 'UserPage', examples: [accessExamples.userPage] },
);
