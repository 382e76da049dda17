import { durationMs } from './duration';

describe('durationMs', () => {
  it.each([
    [90, 90_000],
    [0, 0],
    [0.25, 250],
    ['250ms', 250],
    ['1.5s', 1500],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['0.1ms', 0],
    [31_536_000, 31_536_000_000],
  ])('reads %p as %p ms', (value, ms) => {
    expect(durationMs(value)).toBe(ms);
  });

  it.each([
    ['a text without a unit', '90'],
    ['an unknown unit', '3y'],
    ['several units', '1h30m'],
    ['nothing', ''],
    ['blanks', ' 5s'],
    ['a sign', '-5s'],
    ['other digits', '٣s'],
    ['a name of Object', '1constructor'],
    ['a line break', '5s\n'],
    ['an exponent', '1e3s'],
    ['too long a text', `${'9'.repeat(5000)}s`],
    ['more than a year', '53w'],
    ['less than nothing', -1],
    ['no number', Number.NaN],
    ['no end', Number.POSITIVE_INFINITY],
  ])('refuses %s', (_what, value) => {
    expect(() => durationMs(value)).toThrow(
      expect.objectContaining({ name: 'DomainError', code: 'invalid_runbook' }) as Error,
    );
  });

  it('refuses what is neither a number nor a text, as an expression may yield it', () => {
    for (const value of [null, undefined, {}, [5], true])
      expect(() => durationMs(value as string)).toThrow(expect.objectContaining({ code: 'invalid_runbook' }) as Error);
  });

  it('says what it was given, and never all of it', () => {
    expect(() => durationMs('soon')).toThrow('"soon" is not a duration');
    expect(() => durationMs('x'.repeat(10_000))).toThrow(/^.{1,200}$/);
  });
});
