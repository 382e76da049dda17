import type { EventRecord } from '../actors/core/event';
import type { Dispatched } from '../workflows/messages';
import { Delivery } from './delivery';

const record = (sequence: number) => ({ id: `a:${sequence}`, sequence }) as EventRecord;
const dispatched = (made: number[], more: Partial<Dispatched> = {}): Dispatched => ({
  results: [{ status: 'accepted', commandId: 'c', sequence: made.at(-1) ?? 0, events: made.map(record) }],
  unconfirmed: [],
  draining: false,
  checkpoint: null,
  dirty: true,
  ...more,
});

/** A broker that acks up to a sequence, and a mirror that works or not. */
function delivery({ acksUpTo = Infinity, mirrors = true } = {}) {
  const sent: number[][] = [];
  const mirrored: number[] = [];
  const publisher = {
    publish: async (records: readonly EventRecord[], before: number) => {
      sent.push(records.map(({ sequence }) => sequence));
      return Math.max(before, Math.min(acksUpTo, records.at(-1)?.sequence ?? before));
    },
  };
  const checkpoints = {
    put: async (_id: string, sequence: number) => {
      if (!mirrors) throw new Error('away');
      mirrored.push(sequence);
    },
  };
  const errors: string[] = [];
  return { subject: new Delivery(publisher, checkpoints, (_error, what) => errors.push(what)), sent, mirrored, errors };
}

describe('delivery', () => {
  it('publishes what was made and tells so with the next dispatch', async () => {
    const { subject, sent } = delivery();
    await subject.deliver('a', dispatched([2, 3]));
    expect(sent).toEqual([[2, 3]]);
    expect(subject.of('a')).toEqual({ published: 3, checkpointed: 0 });
    expect(subject.of('b')).toEqual({ published: 0, checkpointed: 0 });
  });

  it('sends what others left unconfirmed first', async () => {
    const { subject, sent } = delivery();
    await subject.deliver('a', dispatched([4], { unconfirmed: [record(2), record(3)] }));
    expect(sent).toEqual([[2, 3, 4]]);
  });

  it('claims no more than was acked', async () => {
    const partly = delivery({ acksUpTo: 3 });
    await partly.subject.deliver('a', dispatched([2, 3, 4]));
    expect(partly.subject.of('a').published).toBe(3);
    const not = delivery({ acksUpTo: 0 });
    await not.subject.deliver('a', dispatched([7, 8]));
    expect(not.subject.of('a').published).toBe(0);
  });

  it('stays out of the way while the agent publishes by itself', async () => {
    const { subject, sent } = delivery();
    await subject.deliver('a', dispatched([2], { draining: true }));
    expect(sent).toEqual([]);
    expect(subject.of('a').published).toBe(0);
  });

  it('mirrors where that is due, and knows whose mirror is behind', async () => {
    const checkpoint = { sequence: 5 } as Dispatched['checkpoint'];
    const { subject, mirrored } = delivery();
    await subject.deliver('a', dispatched([4]));
    expect(subject.dirtyAgents).toEqual(['a']);
    await subject.deliver('a', dispatched([5], { checkpoint }));
    expect(mirrored).toEqual([5]);
    expect(subject.dirtyAgents).toEqual([]);
    expect(subject.of('a')).toEqual({ published: 5, checkpointed: 5 });
  });

  it('outlives a mirror that is away', async () => {
    const checkpoint = { sequence: 5 } as Dispatched['checkpoint'];
    const { subject, errors } = delivery({ mirrors: false });
    await subject.deliver('a', dispatched([5], { checkpoint }));
    expect(errors).toEqual(['checkpoint']);
    expect(subject.of('a')).toEqual({ published: 5, checkpointed: 0 });
    expect(subject.dirtyAgents).toEqual(['a']);
  });
});
