import { Readable } from 'node:stream';
import type { EventRecord } from '../../../actors/core/event';

export const ndjson = 'application/x-ndjson';

/**
 * Records as NDJSON, one a line. Resolves with the first one read, so that what can go wrong before it is still a problem.
 * @throws what reading the first one throws
 */
export async function ndjsonStream(records: AsyncGenerator<EventRecord>): Promise<Readable> {
  const first = await records.next();
  async function* lines(): AsyncGenerator<string> {
    if (first.done) return;
    yield `${JSON.stringify(first.value)}\n`;
    for await (const record of records) yield `${JSON.stringify(record)}\n`;
  }
  return Readable.from(lines());
}
