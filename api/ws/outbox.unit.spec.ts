import { setTimeout as delay } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import { someRecord } from '../stand-ins';
import { EventFrame } from './frame';
import { Outbox } from './outbox';
import type { Past } from './past';

const record = (position: number): EventRecord => someRecord('a', position);
const live = (position: number): EventFrame => new EventFrame(record(position), position);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A socket that takes all, and what it took: positions, and `early` for what had none. */
function socket() {
  const sent: (number | string)[] = [];
  const sender = {
    open: true,
    sendPrepared: (frame: Buffer) =>
      void sent.push(
        (JSON.parse(frame.toString('utf8', frame.indexOf('{'))) as { position?: number }).position ?? 'early',
      ),
    room: () => Promise.resolve(),
  };
  return { sent, sender };
}

/** A past that ends at `end` and calls `at` before each event that it gives. */
function pastTo(end: () => number, at: (position: number) => void = () => undefined): Past {
  return {
    last: async () => end(),
    async *after(position) {
      for (let next = position + 1; next <= end(); next += 1) {
        await delay(0);
        at(next);
        yield { position: next, record: record(next) };
      }
    },
  };
}

const everything = (): boolean => true;
const failed = (): void => undefined;

describe('an outbox', () => {
  it('begins live, and sends each frame once', () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, ({ sequence }) => sequence !== 12, 10);
    for (const position of [9, 10, 11, 12, 13, 13]) outbox.offer(live(position));
    expect(sent).toEqual([11, 13]);
  });

  it('goes from backfill through cutover to live without a gap and without a double', async () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 2);
    let end = 10;
    // Each event that is read lets another one happen, up to 15: live frames come in every phase.
    const past = pastTo(
      () => end,
      () => {
        if (end < 15) outbox.offer(live((end += 1)));
      },
    );
    await outbox.resume(past, failed);
    for (const position of [16, 17]) outbox.offer(live(position));
    expect(sent).toEqual(range(3, 17));
  });

  it('keeps what comes during the cutover, and reads on where that is too much', async () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 0);
    let end = 1;
    let reads = 0;
    const past: Past = {
      last: async () => end,
      async *after(position) {
        reads += 1;
        const until = end;
        for (let next = position + 1; next <= until; next += 1) yield { position: next, record: record(next) };
        // In the first cutover more frames come than an outbox holds.
        if (reads === 2) while (end < 3000) outbox.offer(live((end += 1)));
        if (reads === 4) outbox.offer(live((end += 1)));
      },
    };
    await outbox.resume(past, failed);
    expect(reads).toBe(4);
    expect(sent).toEqual(range(1, 3001));
  });

  it('tries again while the past is away, and says so once', async () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 0);
    const errors: unknown[] = [];
    let tries = 0;
    const past: Past = {
      last: async () => 3,
      async *after(position) {
        if ((tries += 1) <= 2) throw new Error('away');
        for (let next = position + 1; next <= 3; next += 1) yield { position: next, record: record(next) };
      },
    };
    await outbox.resume(past, (error) => errors.push(error));
    expect([sent, errors.length]).toEqual([[1, 2, 3], 1]);
  });

  it('stops reading the past for a client that is gone', async () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 0);
    await outbox.resume(
      pastTo(
        () => 1_000_000,
        (position) => {
          if (position === 5) outbox.end();
        },
      ),
      failed,
    );
    expect(sent.length).toBeLessThan(6);
  });

  it('drops in the stream what it had sent ahead of it', () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 10);
    outbox.offerEarly(new EventFrame(record(11), null));
    outbox.offerEarly(new EventFrame(record(11), null));
    outbox.offer(live(11));
    outbox.offer(live(12));
    expect(sent).toEqual(['early', 12]);
  });

  it('follows a stream that counts anew', () => {
    const { sent, sender } = socket();
    const outbox = new Outbox(sender, everything, 10);
    outbox.restart();
    outbox.offer(live(1));
    expect(sent).toEqual([1]);
  });
});
