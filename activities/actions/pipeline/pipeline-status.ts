import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { sameStatus, type CommitStatus, type CommitStatuses } from '../../pipelines/commit-status';
import { githubStatuses } from '../../pipelines/github-statuses';
import { noteStatuses } from '../../pipelines/note-statuses';
import { action, ActionError, type PlanContext } from '../action';
import { urlField } from '../fields';
import { allowedRemote, authorizationField } from '../git-names';

const input = Type.Object(
  {
    to: stringEnum(['github', 'notes'], {
      description:
        '`github`: its commit statuses. `notes`: `refs/notes/ymera` of the repository itself, for any git server.',
      default: 'notes',
    }),
    repository: Type.String({
      description: '`owner/name` at GitHub; an address, or a folder below those to be written, for notes.',
      minLength: 1,
      maxLength: 2048,
    }),
    api: urlField({
      description: 'Of GitHub Enterprise, or whatever else speaks as GitHub.',
      default: 'https://api.github.com',
    }),
    sha: Type.String({ description: 'Full hash of the commit.', pattern: '^[0-9a-f]{40}$' }),
    context: Type.String({
      description: 'Tells statuses of one commit apart.',
      default: 'ymera',
      maxLength: 100,
      minLength: 1,
    }),
    state: stringEnum(['pending', 'success', 'failure', 'error'], {}),
    description: Type.String({ default: '', maxLength: 140 }),
    target_url: Type.Optional(urlField({ description: 'Where there is more to read.' })),
    authorization: authorizationField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  sha: Type.String(),
  context: Type.String(),
  state: Type.String(),
  changed: Type.Boolean({ description: 'False where it was said already.' }),
});

type Input = Static<typeof input>;

export const pipelineStatus = action({
  name: 'pipeline.status',
  title: 'Say how a commit fares',
  description: 'Sets the status of a commit under a name, where people look at commits.',
  input,
  output,
  effect: 'destructive',
  idempotent: true,
  timeout: 120,

  async plan(given, context) {
    const { to, api, sha } = given;
    const repository = await repositoryOf(given, context);
    return { to, repository, ...(to === 'github' ? { api } : {}), sha, ...statusOf(given) };
  },

  async run(given, context) {
    const { sha } = given;
    const status = statusOf(given);
    const statuses = await statusesOf(given, context);
    const changed = !sameStatus(await statuses.get(sha, status.context), status);
    if (changed) await statuses.set(sha, status);
    return { sha, context: status.context, state: status.state, changed };
  },

  async verify(given, context) {
    const status = statusOf(given);
    const statuses = await statusesOf(given, context);
    if (!sameStatus(await statuses.get(given.sha, status.context), status)) return 'not_done';
    return { done: { sha: given.sha, context: status.context, state: status.state, changed: true } };
  },
});

function statusOf({ context, state, description, target_url }: Input): CommitStatus {
  return { context, state, description, targetUrl: target_url ?? null };
}

/** @throws ActionError `invalid_input`, `invalid_url`, `not_allowed` */
async function repositoryOf({ to, repository }: Input, context: PlanContext): Promise<string> {
  if (to === 'notes') return allowedRemote(repository, 'write', context);
  if (!/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/.test(repository) || /(^|\/)\.{1,2}(\/|$)/.test(repository)) {
    throw new ActionError('invalid_input', 'a repository at GitHub is named owner/name');
  }
  return repository;
}

async function statusesOf(given: Input, context: PlanContext): Promise<CommitStatuses> {
  const repository = await repositoryOf(given, context);
  const shared = given.authorization ? { authorization: given.authorization } : {};
  if (given.to === 'github') return githubStatuses({ api: given.api, repository, ...shared }, context.signal);
  return noteStatuses({ remote: repository, ...shared }, context);
}
