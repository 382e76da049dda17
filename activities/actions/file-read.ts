import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action, ActionError } from './action';
import { pathField } from './fields';
import { readFacts } from './file-facts';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    path: pathField('Absolute, or relative to the workspace of the run.'),
    encoding: stringEnum(['utf8', 'base64'], { default: 'utf8' }),
    max_bytes: Type.Integer({ minimum: 1, maximum: 1_048_576, default: 49_152 }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  content: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  mode: Type.String({ description: 'Such as `0644`.' }),
});

export const fileRead = action({
  name: 'file.read',
  title: 'Read a file',
  description: 'Reads a regular file below one of the folders that this worker may read.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 30,
  plan: async ({ path }, context) => ({ reads: await allowedPath(path, 'read', context) }),
  async run({ path, encoding, max_bytes: limit }, context) {
    const found = await readFacts(await allowedPath(path, 'read', context), limit);
    if (!found) throw new ActionError('not_found', `there is no file ${path}`);
    const { content, ...facts } = found;
    if (!content) throw new ActionError('too_large', `${path} has ${facts.bytes} bytes, more than ${limit}`);
    return { content: content.toString(encoding), ...facts };
  },
});
