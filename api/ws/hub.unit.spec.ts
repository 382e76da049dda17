import { setImmediate } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import type { EventRecord } from '../../actors/core/event';
import { createApiMetrics } from '../metrics';
import { someRecord } from '../stand-ins';
import { Hub, type Member } from './hub';

/** A hub with so many members, and what each was offered, in order over all of them. */
async function hubWith(count: number) {
  let take: (position: number, record: EventRecord) => void | Promise<void> = () => undefined;
  const hub = new Hub(
    {
      subscribeLive: async (onFrame, onState) => {
        take = onFrame;
        onState(true);
        return { close: async () => undefined };
      },
      bounds: async () => ({ first: 1, last: 0 }),
    },
    pino({ level: 'silent' }),
    createApiMetrics(new Registry()),
  );
  await hub.start();
  const offered: [number, number | null][] = [];
  const members = Array.from({ length: count }, (_, i): Member => {
    return {
      offer: ({ position }) => void offered.push([i, position]),
      offerEarly: () => undefined,
      restart: () => undefined,
      tick: () => undefined,
    };
  });
  for (const member of members) hub.add(member);
  return { hub, offered, members, take: (position: number) => take(position, someRecord('a', position)) };
}

describe('a hub of many sockets', () => {
  it('lets others have their turn while it sends, keeps the order, and is through when all have it', async () => {
    const { hub, offered, take } = await hubWith(1_200);
    const first = take(1);
    const second = take(2);
    await setImmediate();
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.length).toBeLessThan(1_200);
    await first;
    expect(offered.slice(0, 1_200)).toEqual(Array.from({ length: 1_200 }, (_, i) => [i, 1]));
    await second;
    expect(offered.slice(1_200)).toEqual(Array.from({ length: 1_200 }, (_, i) => [i, 2]));
    await hub.stop();
  });

  it('bears that sockets come and go in between', async () => {
    const { hub, offered, members, take } = await hubWith(1_200);
    const sent = take(1);
    await setImmediate();
    hub.remove(members[1_100] as Member);
    await sent;
    expect(offered).toHaveLength(1_199);
    await hub.stop();
  });
});
