import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { containerEngine } from '../../infra/containers';
import type { TakeLines } from './follow-file';

/** What was handed on last: a time of the container's log, or a cursor of the journal. */
export interface StreamPosition {
  last: string;
}

const againAfterMs = 1000;

/**
 * Follows what a container writes, over the Docker API; goes on where it was when the container or the engine comes back.
 * @throws where there is no such container
 */
export async function followContainer(
  { address, container }: { address: string; container: string },
  from: StreamPosition | 'beginning' | 'end',
  signal: AbortSignal,
  take: TakeLines<StreamPosition>,
): Promise<void> {
  let last = typeof from === 'object' ? from.last : from === 'end' ? new Date().toISOString() : '';
  while (!signal.aborted) {
    const engine = containerEngine(address);
    const known = engine.getContainer(container);
    const { Config } = await known.inspect();
    const since = last === '' ? 0 : Math.floor(Date.parse(last) / 1000);
    const stream = (await known.logs({
      follow: true,
      stdout: true,
      stderr: true,
      timestamps: true,
      since,
    })) as Readable;
    const plain = new PassThrough();
    if (Config.Tty) stream.pipe(plain);
    else engine.modem.demuxStream(stream, plain, plain);
    stream.once('end', () => plain.end()).once('error', () => plain.end());
    const stop = (): void => void (stream.destroy(), plain.end());
    signal.addEventListener('abort', stop, { once: true });
    for await (const line of createInterface({ input: plain, crlfDelay: Infinity })) {
      const time = line.slice(0, Math.max(0, line.indexOf(' ')));
      // The engine counts in seconds: what was handed on already comes again.
      if (signal.aborted || time <= last) continue;
      last = time;
      await take(Buffer.from(`${line}\n`), { last });
    }
    signal.removeEventListener('abort', stop);
    await delay(againAfterMs, undefined, { signal }).catch(() => undefined);
  }
}

interface JournalEntry {
  MESSAGE?: unknown;
  SYSLOG_IDENTIFIER?: string;
  __CURSOR?: string;
  __REALTIME_TIMESTAMP?: string;
}

/**
 * Follows the journal of systemd, all of it or one unit's.
 * @throws where there is no journalctl, or it ends by itself
 */
export async function followJournal(
  { unit, program = 'journalctl' }: { unit: string | undefined; program?: string },
  from: StreamPosition | 'beginning' | 'end',
  signal: AbortSignal,
  take: TakeLines<StreamPosition>,
): Promise<void> {
  const where =
    typeof from === 'object' ? [`--after-cursor=${from.last}`] : [`--lines=${from === 'end' ? '0' : 'all'}`];
  const args = ['--output=json', '--follow', '--quiet', ...where, ...(unit === undefined ? [] : [`--unit=${unit}`])];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
    env: { PATH: process.env['PATH'] },
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`journalctl ended with ${code}`)));
  });
  ended.catch(() => undefined);
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as JournalEntry;
    const message = typeof entry.MESSAGE === 'string' ? entry.MESSAGE.replaceAll('\n', ' ') : '';
    if (entry.__CURSOR === undefined || message === '') continue;
    const time = new Date(Number(entry.__REALTIME_TIMESTAMP ?? 0) / 1000).toISOString();
    await take(Buffer.from(`${time} ${entry.SYSLOG_IDENTIFIER ?? ''} ${message}\n`), { last: entry.__CURSOR });
  }
  if (!signal.aborted) await ended;
}
