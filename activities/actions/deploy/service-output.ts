import { Type } from '@sinclair/typebox';

const orNull = Type.Union([Type.String(), Type.Null()]);

export const previousOutput = Type.Array(Type.Object({ instance: Type.Integer(), release: orNull, version: orNull }), {
  description: 'What ran before; `deploy.restore` takes it.',
});

export const instancesOutput = Type.Array(
  Type.Object({ instance: Type.Integer(), release: Type.String(), version: Type.String(), port: Type.Integer() }),
  { description: 'What runs now, and is well.' },
);
