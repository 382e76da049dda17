import { format } from './units';

describe('a value', () => {
  it('is told as people read it', () => {
    expect([0, 0.0000421, 0.0123, 2.5, 90, 600, 10_000].map((value) => format(value, 'seconds'))).toEqual([
      '0 ms',
      '42 µs',
      '12.3 ms',
      '2.5 s',
      '90 s',
      '10 min',
      '2.78 h',
    ]);
    expect([0, 999, 1_500, 214_000_000, 3e9].map((value) => format(value, 'bytes'))).toEqual([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '214 MB',
      '3 GB',
    ]);
    expect([0.0333, 41.26, 1_234, 12_345].map((value) => format(value, 'perSecond'))).toEqual([
      '0.0333/s',
      '41.3/s',
      '1234/s',
      '12.3 k/s',
    ]);
    expect([format(0.254, 'cores'), format(2_000_000, 'count'), format(0.01, 'shift')]).toEqual([
      '25%',
      '2 M',
      '0.010',
    ]);
    expect(format(812.4, 'milliseconds')).toBe('812 ms');
  });
});
