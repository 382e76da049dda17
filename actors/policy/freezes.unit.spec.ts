import { checkedConfig } from '../core/validate';
import type { PolicyConfig } from './config';
import { policy } from './policy';
import { launchVeto, stepVeto } from './vetoes';

const frozenWith = (...freezes: object[]): PolicyConfig =>
  checkedConfig(policy, {
    freezes: freezes.map((freeze, i) => ({ name: `f${i}`, reason: 'because', ...freeze })),
  }) as PolicyConfig;

/** Null where nothing is frozen, otherwise until when. */
function until(config: PolicyConfig, now: string, targets = ['service:web']): string | null {
  const veto = launchVeto(config, { runbook: 'r', targets, now });
  if (!veto) return null;
  expect(veto.code).toBe('frozen');
  return veto.until ?? 'nobody knows';
}

const weekly = (days: string[], from: string, to: string, time_zone = 'UTC'): { weekly: object } => ({
  weekly: { days, from, to, time_zone },
});

describe('a freeze of a span', () => {
  const span = frozenWith({ from: '2026-12-24T00:00:00Z', to: '2026-12-27T00:00:00+01:00' });

  it('holds from its beginning to its end, which is no longer in it', () => {
    expect(until(span, '2026-12-23T23:59:59.999Z')).toBeNull();
    expect(until(span, '2026-12-24T00:00:00.000Z')).toBe('2026-12-26T23:00:00.000Z');
    expect(until(span, '2026-12-26T22:59:59.999Z')).toBe('2026-12-26T23:00:00.000Z');
    expect(until(span, '2026-12-26T23:00:00.000Z')).toBeNull();
  });

  it('may have no end, or no beginning', () => {
    expect(until(frozenWith({ from: '2026-01-01T00:00:00Z' }), '2030-01-01T00:00:00.000Z')).toBe('nobody knows');
    expect(until(frozenWith({ to: '2026-01-01T00:00:00Z' }), '2020-01-01T00:00:00.000Z')).toBe(
      '2026-01-01T00:00:00.000Z',
    );
  });

  it('says its name and reason', () => {
    const veto = launchVeto(span, { runbook: 'r', targets: [], now: '2026-12-25T00:00:00.000Z' });
    expect(veto).toEqual({ code: 'frozen', reason: 'freeze f0: because', until: '2026-12-26T23:00:00.000Z' });
  });

  it('freezes steps that change something, and none that reads', () => {
    const step = { runbook: 'r', action: 'a.b', targets: ['service:web'], now: '2026-12-25T00:00:00.000Z' };
    expect(stepVeto(span, { ...step, effect: 'read' })).toBeNull();
    expect(stepVeto(span, { ...step, effect: 'reversible' })?.code).toBe('frozen');
    expect(stepVeto(span, { ...step, effect: 'destructive' })?.code).toBe('frozen');
  });

  it('concerns its targets only', () => {
    const some = frozenWith({ from: '2026-01-01T00:00:00Z', targets: ['service:db*'] });
    const now = '2026-06-01T00:00:00.000Z';
    expect(until(some, now)).toBeNull();
    expect(until(some, now, ['service:web', 'service:db2'])).toBe('nobody knows');
    expect(until(some, now, [])).toBeNull();
    expect(until(frozenWith({ from: '2026-01-01T00:00:00Z' }), now, [])).toBe('nobody knows');
  });
});

describe('a weekly freeze', () => {
  it('holds on its days', () => {
    const noon = frozenWith(weekly(['mon', 'wed'], '12:00', '13:30'));
    expect(until(noon, '2026-01-05T11:59:59.999Z')).toBeNull();
    expect(until(noon, '2026-01-05T12:00:00.000Z')).toBe('2026-01-05T13:30:00.000Z');
    expect(until(noon, '2026-01-05T13:29:59.000Z')).toBe('2026-01-05T13:30:00.000Z');
    expect(until(noon, '2026-01-05T13:30:00.000Z')).toBeNull();
    expect(until(noon, '2026-01-06T12:30:00.000Z')).toBeNull();
    expect(until(noon, '2026-01-07T12:30:00.000Z')).toBe('2026-01-07T13:30:00.000Z');
  });

  it('goes into the next day where it ends no later than it begins', () => {
    const night = frozenWith(weekly(['sat'], '18:00', '08:00'));
    expect(until(night, '2026-01-03T07:00:00.000Z')).toBeNull();
    expect(until(night, '2026-01-03T18:00:00.000Z')).toBe('2026-01-04T08:00:00.000Z');
    expect(until(night, '2026-01-04T07:59:00.000Z')).toBe('2026-01-04T08:00:00.000Z');
    expect(until(night, '2026-01-04T08:00:00.000Z')).toBeNull();
    expect(until(night, '2026-01-04T18:30:00.000Z')).toBeNull();
  });

  it('ends when the last one of a row does', () => {
    const weekend = frozenWith(weekly(['sat', 'sun'], '00:00', '00:00'), {
      from: '2026-01-05T00:00:00Z',
      to: '2026-01-05T06:00:00Z',
    });
    expect(until(weekend, '2026-01-02T23:59:00.000Z')).toBeNull();
    expect(until(weekend, '2026-01-03T10:00:00.000Z')).toBe('2026-01-05T06:00:00.000Z');
    const all = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    expect(until(frozenWith(weekly(all, '00:00', '00:00')), '2026-01-03T10:00:00.000Z')).toBe('nobody knows');
  });

  it('goes by the clock of its zone, also where that is put forward or back', () => {
    const night = frozenWith(weekly(['sat'], '22:00', '06:00', 'Europe/Berlin'));
    expect(until(night, '2026-01-10T20:59:00.000Z')).toBeNull();
    expect(until(night, '2026-01-10T21:00:00.000Z')).toBe('2026-01-11T05:00:00.000Z');
    expect(until(night, '2026-07-04T20:00:00.000Z')).toBe('2026-07-05T04:00:00.000Z');
    expect(until(night, '2026-03-28T22:00:00.000Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(until(night, '2026-10-24T21:00:00.000Z')).toBe('2026-10-25T05:00:00.000Z');
    const ahead = frozenWith(weekly(['mon'], '09:00', '10:00', 'Pacific/Auckland'));
    expect(until(ahead, '2026-01-04T20:15:30.000Z')).toBe('2026-01-04T21:00:00.000Z');
    const half = frozenWith(weekly(['mon'], '09:00', '10:00', 'Asia/Kolkata'));
    expect(until(half, '2026-01-05T03:30:00.000Z')).toBe('2026-01-05T04:30:00.000Z');
  });

  it('ends soon after where its last minute is left out of the year', () => {
    const night = frozenWith(weekly(['sat'], '22:00', '02:30', 'Europe/Berlin'));
    expect(until(night, '2026-03-28T23:00:00.000Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(until(night, '2026-03-29T01:30:00.000Z')).toBeNull();
  });

  it('always holds where nobody knows its zone', () => {
    const lost = frozenWith(weekly(['sat'], '22:00', '06:00', 'Europe/Berln'));
    const veto = launchVeto(lost, { runbook: 'r', targets: [], now: '2026-01-05T12:00:00.000Z' });
    expect(veto).toEqual({
      code: 'frozen',
      reason: 'freeze f0: because; it always holds, for nobody knows the time zone Europe/Berln',
    });
  });

  it('is the same as asking minute by minute', () => {
    const config = frozenWith(weekly(['fri', 'sun'], '23:45', '02:15', 'America/New_York'));
    const from = Date.parse('2026-03-06T00:00:00Z');
    const local = new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/New_York',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const expected = (time: number): boolean => {
      const [day = '', clock = ''] = local.format(time).split(' ');
      const evening = clock >= '23:45' && ['Fri', 'Sun'].includes(day.replace(',', ''));
      return evening || (clock < '02:15' && ['Sat', 'Mon'].includes(day.replace(',', '')));
    };
    let end = 0;
    for (let minute = 0; minute < 4 * 1440; minute += 5) {
      const time = from + minute * 60_000;
      const frozen = until(config, new Date(time).toISOString());
      expect([minute, frozen !== null]).toEqual([minute, expected(time)]);
      if (frozen === null && end > 0) expect(time).toBe(end);
      end = frozen === null ? 0 : Date.parse(frozen);
    }
  });
});
