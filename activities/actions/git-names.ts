import { isAbsolute } from 'node:path';
import { Type } from '@sinclair/typebox';
import { ActionError, type PlanContext } from './action';
import { pathField } from './fields';
import { gitIn } from './git-client';
import { allowedPath } from './roots';

/** None of them can be taken for an option. */
export const refField = (options: object = {}): ReturnType<typeof Type.String> =>
  Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '^[A-Za-z0-9@_](?!.*\\.\\.)[A-Za-z0-9@_./^~{}+#-]*$',
    ...options,
  });

/** Of a branch or a tag. */
export const nameField = (description: string): ReturnType<typeof Type.String> =>
  Type.String({
    description,
    maxLength: 200,
    pattern: '^[A-Za-z0-9_](?!.*\\.\\.)(?!.*//)(?!.*@\\{)[A-Za-z0-9@_./+#-]*$',
  });

export const repositoryField = pathField(
  'Folder of the repository: absolute, or relative to the workspace of the run.',
);

export const authorizationField = Type.Optional(
  Type.String({
    description:
      'Header `Authorization` of requests over HTTP, such as `Bearer secret://git-token`; none where it is empty.',
    pattern: '^[^\\r\\n\\u0000]{0,8192}$',
    secret: true,
  }),
);

const atHost = /^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[A-Za-z0-9_~/][^\s]*$/;
const fullHash = /^[0-9a-f]{40}$/;

/**
 * Where a repository may be cloned from or pushed to: over https, http or ssh, or a folder that this worker may use.
 * @throws ActionError `invalid_url`, `not_allowed`
 */
export async function allowedRemote(url: string, use: 'read' | 'write', context: PlanContext): Promise<string> {
  if (isAbsolute(url)) return allowedPath(url, use, context);
  if (atHost.test(url)) return url;
  const parsed = /^(https?|ssh):\/\/[A-Za-z0-9]/.test(url) && URL.canParse(url) ? new URL(url) : null;
  if (!parsed)
    throw new ActionError('invalid_url', 'the address of the repository is not valid, or not of a kind allowed');
  if (parsed.password || (parsed.username && parsed.protocol !== 'ssh:')) {
    throw new ActionError('invalid_url', 'a user and password belong into `authorization`, not into the address');
  }
  return url;
}

/**
 * Full hash of the commit that a branch, a tag or HEAD of a remote repository stands for now.
 * @throws ActionError `unknown_ref`, `git_failed`
 */
export async function remoteCommit(
  remote: string,
  ref: string,
  folder: string,
  context: PlanContext,
  authorization?: string,
): Promise<string> {
  if (fullHash.test(ref)) return ref;
  const refs = await remoteRefs(remote, folder, context, authorization);
  const wanted = [ref, `refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`];
  const found = wanted.map((name) => refs.get(name)).find((hash) => hash !== undefined);
  if (!found) throw new ActionError('unknown_ref', `the remote repository has no branch or tag ${ref}`);
  return found;
}

/** Hashes of all refs of a remote repository, by full name. */
export async function remoteRefs(
  remote: string,
  folder: string,
  context: PlanContext,
  authorization?: string,
): Promise<Map<string, string>> {
  const lines = (await gitIn(folder, context, authorization)('ls-remote', '--', remote)).split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split('\t').reverse() as [string, string]));
}
