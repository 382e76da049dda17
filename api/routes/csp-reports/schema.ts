import { Type } from '@sinclair/typebox';

export const received = Type.Object(
  { received: Type.Integer({ minimum: 0, description: 'Reports of a violated policy in the body.' }) },
  { $id: 'CspReportsReceived' },
);
