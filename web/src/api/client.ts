import createClient from 'openapi-fetch';
import type { paths } from '../../../generated/api-types';
import { problemFrom } from './problem';
import { session } from './session';

/** Sends with the session's token; a token that holds no more is renewed once. */
async function authorized(request: Request): Promise<Response> {
  const token = await session.bearer();
  if (token === null) return fetch(request);
  const again = request.clone();
  const response = await fetch(withToken(request, token));
  if (response.status !== 401) return response;
  const renewed = await session.renew(token);
  return renewed === null ? response : fetch(withToken(again, renewed.accessToken));
}

function withToken(request: Request, token: string): Request {
  request.headers.set('authorization', `Bearer ${token}`);
  return request;
}

/** The API, typed by its own description. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorized });

/** What a call brought. @throws ProblemError where it was refused; TypeError where the server is away */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemFrom(response.status, error);
  return data as T;
}

/**
 * Bytes of a path below `/api/v1`, for downloads. They need no room in memory before they are all there: the browser keeps them.
 * @param onBytes told how many have come so far
 * @throws ProblemError; TypeError where it broke off
 */
export async function download(path: string, { signal, onBytes }: Downloading = {}): Promise<Download> {
  const response = await authorized(new Request(`/api/v1/${path}`, signal ? { signal } : {}));
  if (!response.ok || response.body === null) {
    throw problemFrom(response.status, await response.json().catch(() => null));
  }
  let bytes = 0;
  const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      onBytes?.(bytes);
      controller.enqueue(chunk);
    },
  });
  const blob = await new Response(response.body.pipeThrough(counting)).blob();
  const [, name = 'download'] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { blob, name };
}

interface Downloading {
  signal?: AbortSignal;
  onBytes?: (bytes: number) => void;
}

export interface Download {
  blob: Blob;
  /** As the API calls it. */
  name: string;
}
