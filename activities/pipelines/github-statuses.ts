import { ActionError } from '../actions/action';
import { exchange, type Answer } from '../actions/http-exchange';
import type { CommitStatus, CommitStatuses } from './commit-status';

const mostBytes = 1_000_000;

interface Sent {
  context: string;
  state: CommitStatus['state'];
  description: string | null;
  target_url: string | null;
}

/**
 * The commit statuses of a repository at GitHub, or of what speaks its REST API.
 * @param api its address, such as `https://api.github.com`; `repository` is `owner/name`
 */
export function githubStatuses(
  { api, repository, authorization }: { api: string; repository: string; authorization?: string },
  signal: AbortSignal,
): CommitStatuses {
  const headers = {
    accept: 'application/vnd.github+json',
    'content-type': 'application/json',
    'user-agent': 'ymera',
    'x-github-api-version': '2022-11-28',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const ask = async (method: 'GET' | 'POST', path: string, body?: Sent): Promise<Answer> => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
    const url = `${api.replace(/\/+$/, '')}/repos/${repository}/${path}`;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await exchange({ method, url, headers, ...sent, maxBytes: mostBytes, signal: limited });
    if (answer.status < 200 || answer.status > 299) {
      throw new ActionError('bad_status', `${method} ${path} was answered with ${answer.status}`);
    }
    return answer;
  };
  return {
    async get(sha, context) {
      const { body } = await ask('GET', `commits/${sha}/status?per_page=100`);
      const { statuses = [] } = JSON.parse(body) as { statuses?: Sent[] };
      const found = statuses.find((status) => status.context === context);
      if (!found) return null;
      const { state, description, target_url: targetUrl } = found;
      return { context, state, description: description ?? '', targetUrl };
    },
    async set(sha, { targetUrl, ...status }) {
      await ask('POST', `statuses/${sha}`, { ...status, target_url: targetUrl });
    },
  };
}
