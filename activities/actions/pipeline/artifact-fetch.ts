import { lstat, rm } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { digestPattern } from '../../../infra/store/blob-store';
import { layArtifact } from '../../pipelines/artifacts';
import { action, ActionError } from '../action';
import { pathField } from '../fields';
import { firstSeen } from '../first-seen';
import { allowedPath } from '../roots';

const input = Type.Object(
  {
    digest: Type.String({ description: 'As the step tells it that has made it.', pattern: digestPattern }),
    type: stringEnum(['file', 'tar'], { description: 'A `tar` is unpacked into a folder.', default: 'file' }),
    path: pathField('Where it is laid: absolute, or relative to the workspace of the run.'),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  path: Type.String(),
  digest: Type.String(),
  existed: Type.Boolean({ description: 'Whether something was there before.' }),
});

export const artifactFetch = action({
  name: 'artifact.fetch',
  title: 'Lay an artifact at a place',
  description: 'Lays what a step of a pipeline has made, known by its digest, as a whole or not at all.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 600,
  locks: async ({ path }, context) => [`file:${await allowedPath(path, 'write', context)}`],

  plan: async ({ digest, type, path }, context) => ({ digest, type, path: await allowedPath(path, 'write', context) }),

  async run({ digest, type, path }, context) {
    const place = await allowedPath(path, 'write', context);
    const there = async (): Promise<boolean> => (await lstat(place).catch(() => null)) !== null;
    const { existed } = await firstSeen(context, async () => ({ existed: await there() }));
    await layArtifact({ digest, type }, place, context);
    return { path: place, digest, existed };
  },

  async undo(_, { path, existed }, context) {
    if (existed) throw new ActionError('not_kept', `what ${path} was before is not kept`);
    await rm(await allowedPath(path, 'write', context), { recursive: true, force: true });
  },
});
