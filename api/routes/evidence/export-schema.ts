import { Type } from '@sinclair/typebox';
import { zipType } from '../../export/begin';
import type { ResponseSpec } from '../../route';
import { agentId } from '../../schemas';

const moment = (description: string) => Type.Optional(Type.String({ description, format: 'date-time' }));

export const exportQuery = Type.Object(
  {
    from: moment('Records from this moment on.'),
    to: moment('Records before this moment.'),
    principal: Type.Optional(
      Type.String({ description: 'Records of what this principal has done.', pattern: '^[^\\u0000]{1,200}$' }),
    ),
    agent: Type.Optional(agentId),
    kind: Type.Optional(Type.String({ description: 'Of the agents.', pattern: '^[a-z][a-z-]{0,49}$' })),
  },
  { additionalProperties: false },
);

export const bundleResponse: ResponseSpec = {
  description: 'A bundle as docs/evidence-format.md describes it; `npx ymera-verify` checks it.',
  schema: Type.Unsafe<string>({ type: 'string', format: 'binary', examples: ['PK…'] }),
  type: zipType,
  headers: { 'Content-Disposition': 'A name for the file.' },
};
