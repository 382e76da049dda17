import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { digestPattern } from '../../../infra/store/blob-store';
import { keepArtifact, layArtifact } from '../../pipelines/artifacts';
import { inCleanFolder } from '../../pipelines/clean-folder';
import { fullKey, withCache, type CacheOutcome } from '../../pipelines/step-cache';
import { action, ActionError, type ActionContext, type PlanContext } from '../action';
import { runChild } from '../child-process';
import { allowedExecutable } from '../executables';
import { forgetSeen } from '../first-seen';
import { repositoryAt } from '../git-client';
import { repositoryField } from '../git-names';
import { checkedVariables, programEnvironment } from '../program-environment';

const strict = { additionalProperties: false };
/** Below the folder of the step: no way up, nothing hidden in git's own. */
const inside = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: '^(?![/~-])(?!\\.git(/|$))(?!(.*/)?\\.\\.(/|$))[^\\u0000]+$',
});
const artifactName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' });
const artifactType = stringEnum(['file', 'tar'], { description: 'A folder is a tar.' });

export const artifactSchema = Type.Object({
  name: artifactName,
  digest: Type.String({ pattern: digestPattern }),
  size: Type.Integer({ description: 'Bytes.' }),
  type: artifactType,
});

const input = Type.Object(
  {
    path: repositoryField,
    sha: Type.String({ description: 'Full hash of the commit, as `git.clone` tells it.', pattern: '^[0-9a-f]{40}$' }),
    commands: Type.Array(Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 64 }), {
      description:
        'Programs and their arguments, one after the other; there is no shell. The first that fails ends it.',
      minItems: 1,
      maxItems: 50,
    }),
    env: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }), Type.String({ maxLength: 32_768 }), {
      description: 'Beside PATH, HOME, LANG and TZ, all that the programs see.',
      default: {},
      ...strict,
    }),
    cache: Type.Optional(
      Type.Object(
        {
          key: Type.String({ minLength: 1, maxLength: 300 }),
          files: Type.Array(inside, {
            description: 'Files of the commit, such as a lock file, whose content is part of the key.',
            default: [],
            maxItems: 20,
          }),
          paths: Type.Array(inside, {
            description: 'What is kept for the next run; none of it where there are none.',
            maxItems: 20,
          }),
        },
        strict,
      ),
    ),
    needs: Type.Array(
      Type.Object({ digest: Type.String({ pattern: digestPattern }), type: artifactType, path: inside }, strict),
      { description: 'Artifacts that are laid into the folder first.', default: [], maxItems: 20 },
    ),
    artifacts: Type.Array(Type.Object({ name: artifactName, path: inside }, strict), {
      description: 'Files and folders that are kept, by what is in them.',
      default: [],
      maxItems: 20,
    }),
  },
  strict,
);

const output = Type.Object({
  sha: Type.String(),
  exit_codes: Type.Array(Type.Integer()),
  stdout: Type.String({ description: 'Of the last command.' }),
  stderr: Type.String(),
  truncated: Type.Boolean(),
  cache: Type.Union([
    Type.Object({ key: Type.String(), hit: Type.Boolean(), digest: Type.Union([Type.String(), Type.Null()]) }),
    Type.Null(),
  ]),
  artifacts: Type.Array(artifactSchema),
});

type Input = Static<typeof input>;
type Output = Static<typeof output>;

export const pipelineStep = action({
  name: 'pipeline.step',
  title: 'Run a step of a pipeline',
  description:
    'Runs programs in a clean folder that holds one commit, with a cache and artifacts. A try that was lost is begun anew in ' +
    'another folder: what the programs do elsewhere must bear to be done twice.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 1800,

  async plan(given, context) {
    const { path, sha, commands, env, needs, artifacts, cache } = given;
    return {
      repository: path,
      sha,
      programs: commands.map(([file = '']) => allowedExecutable(file, context.settings.executables)),
      commands,
      env: checkedVariables(env),
      needs,
      artifacts,
      cache: cache ? { key: await keyOf(given, context), paths: cache.paths } : null,
    };
  },

  run: (given, context) =>
    inCleanFolder(given, context, async (folder) => {
      for (const { path, ...artifact } of given.needs) await layArtifact(artifact, join(folder, path), context);
      const done: Pick<Output, 'exit_codes' | 'stdout' | 'stderr' | 'truncated'> = {
        exit_codes: [],
        stdout: '',
        stderr: '',
        truncated: false,
      };
      const work = async (): Promise<void> => {
        for (const command of given.commands) await oneCommand(command, given, folder, context, done);
      };
      let cache: CacheOutcome | null = null;
      if (given.cache?.paths.length)
        cache = await withCache(await keyOf(given, context), given.cache, folder, context, work);
      else await work();
      const artifacts: Output['artifacts'] = [];
      for (const artifact of given.artifacts) artifacts.push(await keepArtifact(artifact, folder, context));
      return { sha: given.sha, ...done, cache, artifacts };
    }),

  /** All that it has touched is its own folder; what it has kept goes when there is no room for it. */
  undo: (_, __, context) => forgetSeen(context),
});

/** The files of a commit that is not there yet, as in the plan of a step after its clone, are part of no key. */
async function keyOf({ path, sha, cache }: Input, context: PlanContext): Promise<string> {
  if (!cache) return '';
  const repository = await repositoryAt(path, 'read', context);
  return repository ? fullKey(cache, repository.git, sha) : cache.key;
}

async function oneCommand(
  command: string[],
  { env }: Input,
  cwd: string,
  context: ActionContext,
  done: Pick<Output, 'exit_codes' | 'stdout' | 'stderr' | 'truncated'>,
): Promise<void> {
  const [name = '', ...args] = command;
  const file = allowedExecutable(name, context.settings.executables);
  await context.log('info', `$ ${command.join(' ')}\n`);
  const { exitCode, signal, ...texts } = await runChild({ file, args, cwd, env: programEnvironment(env) }, context);
  Object.assign(done, texts);
  done.exit_codes.push(exitCode ?? -1);
  if (exitCode === null) throw new ActionError('killed', `${name} was ended by ${signal}`, done);
  if (exitCode !== 0) throw new ActionError('exit_code', `${name} exited with ${exitCode}`, done);
}
