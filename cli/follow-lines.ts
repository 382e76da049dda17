import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { refusedBy, unreachable } from './errors';

/**
 * The objects of an NDJSON answer as they come.
 * @param call made with `parseAs: 'stream'`
 * @throws CliError where it is refused, or the connection ends in the middle
 */
export async function* followLines<T>(
  url: string,
  call: Promise<{ data?: unknown; error?: unknown; response: Response }>,
): AsyncGenerator<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw refusedBy(response.status, error);
  const body = Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]);
  try {
    for await (const line of createInterface({ input: body })) if (line !== '') yield JSON.parse(line) as T;
  } catch (cause) {
    throw unreachable(url, cause);
  }
}
