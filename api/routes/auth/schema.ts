import { Type } from '@sinclair/typebox';
import { agentExamples } from '../../examples/agents';

export const credentials = Type.Object(
  {
    // Postgres takes no NUL in a text.
    username: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000]*$' }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  { additionalProperties: false, examples: [agentExamples.login] },
);

export const grant = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds.' }),
  },
  { $id: 'Grant', examples: [agentExamples.grant] },
);

export const me = Type.Object(
  { subject: Type.String(), roles: Type.Array(Type.String()) },
  { $id: 'Principal', examples: [agentExamples.me] },
);

export const ticket = Type.Object(
  { ticket: Type.String(), expires_in: Type.Integer({ description: 'Seconds.' }) },
  { $id: 'Ticket', examples: [agentExamples.ticket] },
);
