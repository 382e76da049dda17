import { ActionError } from './action';

export interface Exchange {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Most bytes of the answer. */
  maxBytes: number;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  /** By lower-case name; cookies are left out. */
  headers: Record<string, string>;
  body: string;
}

const mostRedirects = 5;
const methodsThatFollow = ['GET', 'HEAD'];
/** Answers hold sessions in these. */
const hiddenHeaders = ['set-cookie', 'set-cookie2'];

/**
 * Asks once over HTTP. Redirects are followed on the same host only, for what only reads; any other is the answer itself.
 * @throws ActionError `invalid_url`, `unreachable`, `too_large`
 */
export async function exchange({ url, ...request }: Exchange): Promise<Answer> {
  let at = checkedUrl(url);
  for (let redirects = 0; ; redirects++) {
    const response = await ask(at, request);
    const next = nextOf(response, at);
    if (!next || !methodsThatFollow.includes(request.method) || redirects === mostRedirects) {
      const headers = [...response.headers].filter(([name]) => !hiddenHeaders.includes(name));
      return {
        status: response.status,
        headers: Object.fromEntries(headers),
        body: await bodyOf(response, request.maxBytes, request.signal),
      };
    }
    await response.body?.cancel();
    at = next;
  }
}

/** Without the value in the message: what stands before the host may be a password. */
function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new ActionError('invalid_url', 'the URL is not valid');
  if (url.username || url.password) {
    throw new ActionError('invalid_url', 'a user and password belong into the header `authorization`, not the URL');
  }
  return url;
}

async function ask(url: URL, { method, headers, body, signal }: Omit<Exchange, 'url'>): Promise<Response> {
  try {
    return await fetch(url.href, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    throw signal.aborted ? error : new ActionError('unreachable', `${url.host} did not answer: ${causeOf(error)}`);
  }
}

/** Never from https to http, and never to where the headers were not meant for. */
function nextOf(response: Response, from: URL): URL | null {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || !location || !URL.canParse(location, from.href)) return null;
  const next = new URL(location, from);
  const safe = next.protocol === from.protocol || next.protocol === 'https:';
  return next.hostname === from.hostname && safe && sameDoor(next, from) ? next : null;
}

function sameDoor(next: URL, from: URL): boolean {
  return next.port === from.port || (from.protocol === 'http:' && next.protocol === 'https:' && from.port === '');
}

async function bodyOf(response: Response, limit: number, signal: AbortSignal): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > limit) throw new ActionError('too_large', `the answer has more than ${limit} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw signal.aborted || error instanceof ActionError
      ? error
      : new ActionError('unreachable', `the answer broke off: ${causeOf(error)}`);
  }
  return Buffer.concat(parts).toString('utf8');
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? 'no reason given';
}

/** Names of headers whose values are not for everybody's eyes, with or without a reference. */
const sensitive = /auth|cookie|token|secret|password|api-?key|signature/i;

/** Headers as a plan shows them. */
export function shownHeaders(headers: Record<string, string>): Record<string, string> {
  const shown = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    sensitive.test(name) ? '[hidden]' : value,
  ]);
  return Object.fromEntries(shown) as Record<string, string>;
}

/** Headers of a request with one more, unless it is there in whatever spelling. */
export function withHeader(headers: Record<string, string>, name: string, value: string): Record<string, string> {
  const present = Object.keys(headers).some((one) => one.toLowerCase() === name);
  return present ? headers : { ...headers, [name]: value };
}
