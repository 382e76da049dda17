import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { simpleGit, type SimpleGit } from 'simple-git';
import { ActionError, type PlanContext } from './action';
import { inheritedVariables } from './program-environment';
import { allowedPath, isBelow } from './roots';

/** Stronger than what a repository says: nothing that it names is run, and nobody is asked for a password. */
const settings: Record<string, string> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.sshCommand': 'ssh -o BatchMode=yes',
  'commit.gpgSign': 'false',
  'tag.gpgSign': 'false',
  'gc.auto': '0',
  'submodule.recurse': 'false',
  'protocol.allow': 'never',
  'protocol.https.allow': 'always',
  'protocol.http.allow': 'always',
  'protocol.ssh.allow': 'always',
  'protocol.file.allow': 'always',
  'user.name': 'Ymera',
  'user.email': 'ymera@localhost',
};
const mostLines = 300;

/** Runs git, given its arguments, and returns what it writes. */
export type Git = (...args: string[]) => Promise<string>;

/**
 * Git in a folder. Values of others must never be options: pass on only what `git-names.ts` has checked.
 * @param authorization of requests over HTTP; it goes through the environment, so that no list of processes shows it
 */
export function gitIn(folder: string, { signal }: Pick<PlanContext, 'signal'>, authorization?: string): Git {
  const all = { ...settings, ...(authorization ? { 'http.extraHeader': `Authorization: ${authorization}` } : {}) };
  const pairs = Object.entries(all).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  const own: Record<string, string> = {
    ...(Object.fromEntries(pairs) as Record<string, string>),
    GIT_CONFIG_COUNT: String(pairs.length / 2),
    GIT_CEILING_DIRECTORIES: dirname(folder),
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  };
  const git: SimpleGit = simpleGit({
    baseDir: folder,
    abort: signal,
    allowEnvironment: Object.keys(own),
    // The settings above are these; they come from no step.
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeSshCommand: true,
      allowUnsafeProtocolOverride: true,
    },
  }).env({ ...inheritedVariables('SSH_AUTH_SOCK'), ...own });
  return async (...args) => {
    try {
      return await git.raw(args);
    } catch (error) {
      signal.throwIfAborted();
      throw new ActionError('git_failed', `git ${args[0]}: ${faultOf(error)}`);
    }
  };
}

/**
 * A repository that may be read or changed: its folder is the top of it, and its `.git` is within.
 * @returns null where there is no such folder, as in the plan of a step that comes after the one that makes it
 * @throws ActionError `not_allowed`, `not_a_repository`
 */
export async function repositoryAt(
  path: string,
  use: 'read' | 'write',
  context: PlanContext,
): Promise<{ path: string; git: Git } | null> {
  const folder = await allowedPath(path, use, context);
  if ((await realpath(folder).catch(() => null)) === null) return null;
  const git = gitIn(folder, context);
  const answer = await git('rev-parse', '--show-toplevel', '--absolute-git-dir').catch(() => '');
  const [top = '', inner = ''] = answer.split('\n');
  const places = await Promise.all([top, inner].map((one) => realpath(one).catch(() => '')));
  if (places[0] !== folder || !isBelow(places[1] as string, folder)) {
    throw new ActionError('not_a_repository', `${path} is not the top of a git repository`);
  }
  return { path: folder, git };
}

/** @throws ActionError `not_a_repository` where it is not there either */
export async function presentRepository(
  path: string,
  use: 'read' | 'write',
  context: PlanContext,
): Promise<{ path: string; git: Git }> {
  const found = await repositoryAt(path, use, context);
  if (!found) throw new ActionError('not_a_repository', `there is no folder ${path}`);
  return found;
}

/** Full hash of a commit. @throws ActionError `unknown_ref` */
export async function commitOf(git: Git, ref: string): Promise<string> {
  const found = await hashOrNull(git, `${ref}^{commit}`);
  if (!found) throw new ActionError('unknown_ref', `the repository has no commit ${ref}`);
  return found;
}

/** Full hash of whatever a name stands for, or null. */
export async function hashOrNull(git: Git, name: string): Promise<string | null> {
  const answer = await git('rev-parse', '--verify', '--quiet', '--end-of-options', name).catch((error: unknown) => {
    if (error instanceof ActionError) return '';
    throw error;
  });
  return answer.trim() || null;
}

/** Git says most before what counts. */
function faultOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').slice(0, mostLines);
  return lines.find((line) => /^(fatal|error|CONFLICT)/.test(line)) ?? lines.find((line) => line.trim()) ?? 'it failed';
}
