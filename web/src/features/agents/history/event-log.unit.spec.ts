import type { EventRecord } from '../../../../../actors/core/event';
import { emptyLog, matching, withNewer, withOlder } from './event-log';

const event = (sequence: number, name = 'FlagSet', principal = 'ann') =>
  ({ sequence, type: `ymera.flags.${name}`, principal }) as EventRecord;
const sequences = (events: readonly EventRecord[]): number[] => events.map(({ sequence }) => sequence);

describe('the log of an agent', () => {
  const log = withOlder(
    withOlder(emptyLog, [event(4), event(5)], 4),
    [event(1, 'AgentCreated'), event(2), event(3)],
    1,
  );

  it('is newest first, and takes each event once', () => {
    expect(sequences(log.events)).toEqual([5, 4, 3, 2, 1]);
    expect(log.from).toBe(1);
    expect(withNewer(log, [event(4), event(5)])).toBe(log);
    expect(sequences(withNewer(log, [event(5), event(6), event(7)])?.events ?? [])).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('takes nothing that leaves a gap', () => {
    expect(withNewer(log, [event(7)])).toBeNull();
  });

  it('shows what fits', () => {
    const more = withNewer(log, [event(6, 'FlagRemoved', 'bob')]) ?? log;
    expect(sequences(matching(more, { type: 'FlagRemoved' }))).toEqual([6]);
    expect(sequences(matching(more, { principal: 'an', type: 'AgentCreated' }))).toEqual([1]);
    expect(matching(more, {})).toBe(more.events);
  });
});
