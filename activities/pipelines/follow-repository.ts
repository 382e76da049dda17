import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { RepositoryConfig } from '../../actors/devops/repositories-config';
import type { SecretStore } from '../../infra/secrets';
import type { ActionSettings } from '../actions/action';
import { allowedRemote, remoteRefs } from '../actions/git-names';

export type Heads = { branch: string; sha: string }[];

const mostHeads = 200;
const askWithinMs = 60_000;

/**
 * Asks a repository again and again where its branches stand, and tells of it when they stand elsewhere.
 * @param tell resolves when the agent has it
 * @param onTrouble told why it could not be asked; it is asked again
 */
export async function followRepository(
  repository: RepositoryConfig,
  ports: { settings: ActionSettings; secrets: SecretStore },
  signal: AbortSignal,
  tell: (heads: Heads) => Promise<void>,
  onTrouble: (error: unknown) => void,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    try {
      const heads = await headsOf(repository, ports, signal);
      const text = JSON.stringify(heads);
      if (text !== last) await tell(heads);
      last = text;
    } catch (error) {
      if (!signal.aborted) onTrouble(error);
    }
    await delay(repository.interval * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function headsOf(
  { url, authorization, branches }: RepositoryConfig,
  { settings, secrets }: { settings: ActionSettings; secrets: SecretStore },
  outer: AbortSignal,
): Promise<Heads> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(askWithinMs)]);
  const context = { signal, settings, runId: 'follow', idempotencyKey: '' };
  const remote = await allowedRemote(url, 'read', context);
  const header = authorization === undefined ? undefined : await secrets.get(authorization.slice('secret://'.length));
  const refs = await remoteRefs(remote, tmpdir(), context, header);
  const wanted = (branch: string): boolean =>
    branches.some((one) => (one.endsWith('*') ? branch.startsWith(one.slice(0, -1)) : branch === one));
  return [...refs]
    .flatMap(([ref, sha]) => (ref.startsWith('refs/heads/') ? [{ branch: ref.slice('refs/heads/'.length), sha }] : []))
    .filter(({ branch }) => wanted(branch))
    .sort((a, b) => (a.branch < b.branch ? -1 : 1))
    .slice(0, mostHeads);
}
