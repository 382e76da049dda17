import { specify } from '../../tests/_util/decider-specification';
import { DomainError } from '../core/errors';
import { checkedConfig } from '../core/validate';
import { concurrencyKey } from '../target/key';
import type { PolicyConfig } from './config';
import { matches } from './matching';
import { policy } from './policy';
import { guardsFor, launchVeto, stepVeto } from './vetoes';

const configured = (config: object = {}): PolicyConfig => checkedConfig(policy, config) as PolicyConfig;

function faultsOf(config: object): string[] {
  try {
    configured(config);
  } catch (error) {
    if (error instanceof DomainError) return error.fields.map(({ pointer }) => pointer);
    throw error;
  }
  return [];
}

const freeze = (more: object): object => ({ name: 'f', reason: 'because', ...more });

describe('the policy', () => {
  it('forbids nothing at first', () => {
    const preset = configured();
    expect(preset).toMatchObject({
      freezes: [],
      allow: { runbooks: ['*'], actions: ['*'], targets: ['*'] },
      deny: { runbooks: [], actions: [], targets: [] },
      guards: {},
      max_targets: 100,
    });
    const now = '2026-01-03T12:00:00.000Z';
    expect(launchVeto(preset, { runbook: 'restart', targets: ['service:web'], now })).toBeNull();
    const step = {
      runbook: 'restart',
      action: 'shell.run',
      effect: 'destructive',
      targets: ['service:web'],
      now,
    } as const;
    expect(stepVeto(preset, step)).toBeNull();
  });

  it('fills in what lists, freezes and weeks leave out', () => {
    const weekly = { days: ['sat'], from: '18:00', to: '08:00' };
    const { allow, freezes } = configured({ allow: { actions: ['file.*'] }, freezes: [freeze({ weekly })] });
    expect(allow).toEqual({ runbooks: ['*'], actions: ['file.*'], targets: ['*'] });
    expect(freezes[0]).toMatchObject({ targets: ['*'], weekly: { time_zone: 'UTC' } });
  });

  it('is changed by its config only, which keeps its versions', () => {
    const { given } = specify(policy, {});
    const config = configured({ max_targets: 3 });
    given()
      .when({ type: 'SetConfig', data: { config } })
      .then({ type: 'ConfigChanged', data: { version: 2, config } });
    given().when({ type: 'Acquire', data: {} }).thenRefused('unknown_command');
    given()
      .when({ type: 'SetConfig', data: { config: { max_targets: 0 } } })
      .thenRefused('invalid_config');
  });

  it.each([
    ['a freeze without a time', [freeze({})], ['/freezes/0']],
    [
      'a span that is weekly too',
      [freeze({ from: '2026-01-01T00:00:00Z', weekly: { days: ['sat'], from: '00:00', to: '00:00' } })],
      ['/freezes/0'],
    ],
    [
      'an end before its beginning',
      [freeze({ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' })],
      ['/freezes/0/to'],
    ],
    ['a time that is none', [freeze({ from: '2026-13-01T00:00:00Z' })], ['/freezes/0/from']],
    ['a time without its offset', [freeze({ from: '2026-12-01T00:00:00' })], ['/freezes/0/from']],
    [
      'one name twice',
      [freeze({ from: '2026-01-01T00:00:00Z' }), freeze({ to: '2026-01-01T00:00:00Z' })],
      ['/freezes/1/name'],
    ],
    [
      'a day that is none',
      [freeze({ weekly: { days: ['caturday'], from: '00:00', to: '00:00' } })],
      ['/freezes/0/weekly/days/0'],
    ],
    [
      'an hour that is none',
      [freeze({ weekly: { days: ['sat'], from: '24:00', to: '00:00' } })],
      ['/freezes/0/weekly/from'],
    ],
  ])('refuses %s', (_, freezes, faults) => {
    expect(faultsOf({ freezes })).toEqual(faults);
  });
});

describe('allow-lists', () => {
  const now = '2026-01-03T12:00:00.000Z';
  const step = { runbook: 'restart', action: 'file.read', effect: 'read', targets: [], now } as const;

  it('let a run begin only where runbook and targets are allowed and not denied', () => {
    const strict = configured({
      allow: { runbooks: ['restart*'], targets: ['service:*'] },
      deny: { runbooks: ['restart-all'], targets: ['service:db'] },
    });
    const veto = (runbook: string, ...targets: string[]) => launchVeto(strict, { runbook, targets, now });
    expect(veto('restart-web', 'service:web')).toBeNull();
    expect(veto('restart-web')).toBeNull();
    expect(veto('wipe')).toEqual({ code: 'not_allowed', reason: 'policy does not allow the runbook wipe' });
    expect(veto('restart-all')).toEqual({ code: 'not_allowed', reason: 'policy denies the runbook restart-all' });
    expect(veto('restart', 'service:web', 'host:a')?.reason).toBe('policy does not allow the target host:a');
    expect(veto('restart', 'service:db')?.reason).toBe('policy denies the target service:db');
    expect(veto('restart', concurrencyKey('deploys'))).toBeNull();
  });

  it('hold for every step, though it only reads', () => {
    const strict = configured({ allow: { actions: ['file.*', 'http.*'] }, deny: { actions: ['file.remove'] } });
    expect(stepVeto(strict, step)).toBeNull();
    expect(stepVeto(strict, { ...step, action: 'file.remove' })?.code).toBe('not_allowed');
    expect(stepVeto(strict, { ...step, action: 'shell.run' })?.code).toBe('not_allowed');
    expect(stepVeto(configured({ deny: { runbooks: ['restart'] } }), step)?.code).toBe('not_allowed');
    expect(stepVeto(configured({ deny: { targets: ['*:db'] } }), { ...step, targets: ['pg:db'] })?.code).toBe(
      'not_allowed',
    );
  });

  it('bound how many targets a run touches, each counted once', () => {
    const few = configured({ max_targets: 2 });
    const veto = (targets: string[], maxTargets?: number) =>
      launchVeto(few, { runbook: 'r', targets, now, ...(maxTargets === undefined ? {} : { maxTargets }) });
    expect(veto(['a', 'b', 'a', concurrencyKey('g')])).toBeNull();
    expect(veto(['a', 'b', 'c'])).toEqual({
      code: 'too_many_targets',
      reason: 'it touches 3 targets, and 2 are the most',
    });
    expect(veto(['a', 'b'], 1)?.code).toBe('too_many_targets');
    expect(veto(['a', 'b', 'c'], 5)?.code).toBe('too_many_targets');
  });
});

describe('guards', () => {
  it("are the policy's where a run has none of its own", () => {
    const preset = configured({ guards: { cooldown: 300, max_runs: 3, window: 3600 } });
    expect(guardsFor(preset, {})).toEqual({ cooldown: 300, maxRuns: 3, window: 3600 });
    expect(guardsFor(preset, { cooldown: 0, maxRuns: 9, window: undefined })).toEqual({
      cooldown: 0,
      maxRuns: 9,
      window: 3600,
    });
    expect(guardsFor(configured(), {})).toEqual({});
  });
});

describe('a glob', () => {
  it.each<[string, string, boolean]>([
    ['*', '', true],
    ['*', 'anything at all', true],
    ['', '', true],
    ['', 'a', false],
    ['service:*', 'service:web', true],
    ['service:*', 'services:web', false],
    ['*:web', 'service:web', true],
    ['*:web', 'service:web2', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '😀', true],
    ['*.run', 'shellxrun', false],
    ['file.[rw]*', 'file.read', false],
    ['**a**', 'bab', true],
    ['abc', 'abcd', false],
    ['A', 'a', false],
  ])('%j on %j: %j', (glob, text, fits) => {
    expect(matches(glob, text)).toBe(fits);
  });

  it('says the same as a regular expression, over all short texts of two letters', () => {
    const words = (letters: string[], length: number): string[] =>
      length === 0 ? [''] : words(letters, length - 1).flatMap((word) => [word, ...letters.map((l) => word + l)]);
    const texts = [...new Set(words(['a', 'b'], 4))];
    for (const glob of new Set(words(['a', 'b', '*', '?'], 4))) {
      const expected = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(texts.filter((text) => matches(glob, text))).toEqual(texts.filter((text) => expected.test(text)));
    }
  });

  it('takes little work for what ruins a backtracking matcher', () => {
    expect(matches('*a'.repeat(100), 'a'.repeat(1000) + 'b')).toBe(false);
    expect(matches('*a'.repeat(100), 'a'.repeat(1000))).toBe(true);
  });
});
