import { Type } from '@sinclair/typebox';
import { diskSpaceOf } from '../disk-space';
import { action } from './action';
import { pathField } from './fields';

const bytes = Type.Number({ description: 'Bytes.' });

export const diskUsage = action({
  name: 'disk.usage',
  title: 'Disk usage',
  description: 'How full the file system is that a path is on.',
  input: Type.Object({ path: pathField('Any path on it.') }, { additionalProperties: false }),
  output: Type.Object({
    total: bytes,
    used: bytes,
    free: Type.Number({ description: 'Bytes that may be used by all; root may have more.' }),
    percent: Type.Number({ description: 'Used, of what may be used by all: 0 to 100, one decimal, as `df` counts.' }),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 10,
  plan: async ({ path }) => ({ asks: path }),
  run: ({ path }) => diskSpaceOf(path),
});
