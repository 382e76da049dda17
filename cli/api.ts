import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '../generated/api-types';
import { refusedBy, unreachable } from './errors';
import type { Profile } from './profiles';

/** How the server is asked, as somebody. */
export interface Credential {
  url: string;
  /** Headers that say who asks; empty for nobody. */
  headers(): Record<string, string>;
  /** New tokens after a 401. @returns whether there is something new to try with */
  renew(): Promise<boolean>;
}

/** The calls of the API with their types, made from its own description. */
export type Api = Client<paths>;

/** Milliseconds for one answer to begin. */
const answerMs = 60_000;

/** @param credential who asks; a 401 is tried once more with what `renew` brings */
export function apiOf(credential: Credential): Api {
  return createClient<paths>({
    baseUrl: credential.url,
    fetch: async (request) => {
      const again = request.clone();
      const first = await answered(credential, request);
      if (first.status !== 401 || !(await credential.renew())) return first;
      return answered(credential, again);
    },
  });
}

async function answered(credential: Credential, request: Request): Promise<Response> {
  for (const [name, value] of Object.entries(credential.headers())) request.headers.set(name, value);
  const begun = new AbortController();
  const late = setTimeout(() => begun.abort(new Error(`nothing within ${answerMs / 1000} s`)), answerMs);
  try {
    return await fetch(request, { signal: begun.signal, redirect: 'error' });
  } catch (error) {
    throw unreachable(credential.url, error);
  } finally {
    clearTimeout(late);
  }
}

/**
 * What a call answered.
 * @throws CliError with what the problem says
 */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw refusedBy(response.status, error);
  return data as T;
}

/** The same of a call that could answer with NDJSON too, and was not asked to. @throws CliError */
export async function askPage<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Exclude<T, readonly unknown[]>> {
  return (await ask(call)) as Exclude<T, readonly unknown[]>;
}

/** A session renews itself by its refresh token, and `keep` is told the new one; a key is what it is. */
export function credentialOf(profile: Profile, keep: (profile: Profile) => void): Credential {
  let { session } = profile;
  const { url, apiKey } = profile;
  return {
    url,
    headers(): Record<string, string> {
      if (apiKey !== undefined) return { 'x-api-key': apiKey };
      return session ? { authorization: `Bearer ${session.access}` } : {};
    },
    async renew() {
      if (apiKey !== undefined || !session) return false;
      const bare = createClient<paths>({ baseUrl: url });
      const { data } = await bare.POST('/api/v1/auth/refresh', { body: { refresh_token: session.refresh } });
      if (!data) return false;
      session = { access: data.access_token, refresh: data.refresh_token };
      keep({ url, session });
      return true;
    },
  };
}
