import { Sender } from './sender';
import type { Wire } from './wire';

/** A wire on which nothing leaves before `drain`. */
class StuckWire implements Wire {
  bufferedAmount = 0;
  closed: number | null = null;
  private waiting: (() => void)[] = [];

  send(data: Buffer, done: () => void): void {
    this.bufferedAmount += data.length;
    this.waiting.push(() => {
      this.bufferedAmount -= data.length;
      done();
    });
  }

  sendPrepared(frame: Buffer, done: () => void): void {
    this.send(frame, done);
  }

  drain(count: number): void {
    for (const leave of this.waiting.splice(0, count)) leave();
  }

  close(code: number): void {
    this.closed = code;
  }

  terminate(): void {
    this.closed = 1006;
  }
}

describe('a sender', () => {
  let now = 0;
  let slow = 0;
  let wire: StuckWire;
  let sender: Sender;
  beforeEach(() => {
    now = 0;
    slow = 0;
    wire = new StuckWire();
    sender = new Sender(
      wire,
      () => (slow += 1),
      () => now,
    );
  });

  it('closes a client that has not drained a frame within 5 s, once', () => {
    sender.send(Buffer.alloc(10));
    now = 5_000;
    sender.check();
    expect(wire.closed).toBeNull();
    now = 5_001;
    sender.check();
    sender.check();
    expect([wire.closed, slow, sender.open]).toEqual([1013, 1, false]);
    sender.send(Buffer.alloc(10));
    expect(wire.bufferedAmount).toBe(10);
  });

  it('lets a client be that takes them one after another', () => {
    for (let i = 0; i < 20; i += 1) {
      sender.send(Buffer.alloc(10));
      now += 1_000;
      if (i >= 3) wire.drain(1);
      sender.check();
    }
    expect(wire.closed).toBeNull();
  });

  it('closes one for whom too much waits', () => {
    for (let i = 0; i < 18; i += 1) sender.send(Buffer.alloc(1024 * 1024));
    expect([wire.closed, slow]).toEqual([1013, 1]);
  });

  it('has the past wait for room, but not for a socket that has ended', async () => {
    sender.send(Buffer.alloc(512 * 1024));
    let roomy = false;
    const room = sender.room().then(() => (roomy = true));
    await Promise.resolve();
    expect(roomy).toBe(false);
    wire.drain(1);
    await room;
    sender.send(Buffer.alloc(512 * 1024));
    const never = sender.room();
    sender.end();
    await never;
  });
});
