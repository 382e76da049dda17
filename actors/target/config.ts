import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';

export const targetConfig = Type.Object(
  {
    ...baseConfig,
    key: Type.String({
      title: 'Key',
      description: 'Names the real thing, such as `service:web`.',
      minLength: 1,
      maxLength: 1000,
    }),
  },
  { additionalProperties: false, title: 'Target' },
);

export type TargetConfig = Static<typeof targetConfig>;
