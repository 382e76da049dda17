import type { DomainError } from '../core/errors';
import type { InputField } from './document';
import { checkedInput } from './input';

const input: Record<string, InputField> = {
  service: { type: 'string', pattern: '^[a-z-]+$', min_length: 2, max_length: 5 },
  count: { type: 'integer', default: 3, minimum: 1, maximum: 9 },
  ratio: { type: 'number', required: false, minimum: 0 },
  force: { type: 'boolean', default: false },
  zones: { type: 'array', items: 'string', default: [], max_length: 2 },
  labels: { type: 'object', required: false },
  level: { type: 'string', enum: ['low', 'high'], default: 'low' },
  token: { type: 'secret', required: false },
};

function faultsOf(given: unknown, declared: Record<string, InputField> = input): [string, string][] {
  try {
    checkedInput({ input: declared }, given);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ name: 'DomainError', code: 'invalid_input' });
    return (error as DomainError).fields.map(({ pointer, message }) => [pointer, message]);
  }
}

describe('checkedInput', () => {
  it('fills defaults in, and leaves out what is neither given nor required', () => {
    expect(checkedInput({ input }, { service: 'web', ratio: 0.5 })).toEqual({
      service: 'web',
      count: 3,
      ratio: 0.5,
      force: false,
      zones: [],
      level: 'low',
    });
  });

  it('takes what is given before any default', () => {
    const given = {
      service: 'db',
      count: 9,
      force: true,
      zones: ['a'],
      labels: { a: 1 },
      level: 'high',
      token: 'secret://db-token',
    };
    expect(checkedInput({ input }, given)).toEqual(given);
  });

  it('takes nothing where a runbook declares nothing', () => {
    expect(checkedInput({}, {})).toEqual({});
    expect(checkedInput({}, undefined)).toEqual({});
    expect(faultsOf({ a: 1 }, {})).toEqual([['/a', 'is not an input of this runbook']]);
  });

  it('tells all faults at once', () => {
    const given = {
      service: 'WEB!',
      count: 0,
      ratio: '1',
      zones: ['a', 1],
      level: 'mid',
      token: 'hunter2',
      'odd/na~me': 1,
    };
    expect(faultsOf(given)).toEqual([
      ['/odd~1na~0me', 'is not an input of this runbook'],
      ['/service', 'must match ^[a-z-]+$'],
      ['/count', 'must be at least 1'],
      ['/ratio', 'must be a number'],
      ['/zones', 'each item must be a string, and item 1 is not'],
      ['/level', 'must be one of "low", "high"'],
      ['/token', 'must be a reference to a secret, such as secret://name, never its value'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['service', undefined, 'is required'],
    ['service', null, 'must be a string'],
    ['service', 'a', 'must have at least 2 characters'],
    ['service', 'abcdef', 'must have at most 5 characters'],
    ['count', 1.5, 'must be an integer'],
    ['count', 2 ** 60, 'must be an integer'],
    ['count', 10, 'must be at most 9'],
    ['ratio', Number.NaN, 'must be a number'],
    ['ratio', Number.POSITIVE_INFINITY, 'must be a number'],
    ['force', 'true', 'must be true or false'],
    ['zones', { length: 1 }, 'must be an array'],
    ['zones', ['a', 'b', 'c'], 'must have at most 2 items'],
    ['labels', [], 'must be an object'],
    ['labels', null, 'must be an object'],
    ['token', 'secret://', 'must be a reference to a secret, such as secret://name, never its value'],
    ['token', 'secret://UPPER', 'must be a reference to a secret, such as secret://name, never its value'],
    ['token', 'x secret://a', 'must be a reference to a secret, such as secret://name, never its value'],
    ['token', 'secret://a b', 'must be a reference to a secret, such as secret://name, never its value'],
  ])('%s %p: %s', (name, value, message) => {
    expect(faultsOf({ service: 'web', [name]: value })).toEqual([[`/${name}`, message]]);
  });

  it('never repeats the value of a secret', () => {
    expect(JSON.stringify(faultsOf({ service: 'web', token: 'hunter2' }))).not.toContain('hunter2');
  });

  it('lets no reference to a secret in where none is declared', () => {
    const message = 'must not hold a reference to a secret: the runbook declares no secret here';
    expect(faultsOf({ service: 'web', labels: { deep: [{ x: 'a secret://root-key' }] } })).toEqual([
      ['/labels', message],
    ]);
    expect(faultsOf({ text: 'secret://root-key' }, { text: { type: 'string' } })).toEqual([['/text', message]]);
  });

  it.each([['text'], [5], [null], [[]]])('refuses %p, which is no object', (given) => {
    expect(faultsOf(given, given === null ? { a: { type: 'string' } } : input)).toHaveLength(1);
  });

  it('is not taken in by prototypes', () => {
    expect(faultsOf(JSON.parse('{"service": "web", "__proto__": {"count": 5}, "toString": 1}'))).toEqual([
      ['/__proto__', 'is not an input of this runbook'],
      ['/toString', 'is not an input of this runbook'],
    ]);
    expect(faultsOf({}, { constructor: { type: 'string' } } as unknown as Record<string, InputField>)).toEqual([
      ['/constructor', 'is required'],
    ]);
    expect(faultsOf({}, { service: { type: 'string', default: 'x' } })).toEqual([]);
  });

  it('counts characters, not halves of them', () => {
    expect(faultsOf({ text: '😀😀' }, { text: { type: 'string', max_length: 2, pattern: '^..$' } })).toEqual([]);
  });

  it('takes a pattern that makes others backtrack, on a long text', () => {
    const declared: Record<string, InputField> = { text: { type: 'string', pattern: '^(a+)+$' } };
    expect(faultsOf({ text: `${'a'.repeat(50_000)}!` }, declared)).toEqual([['/text', 'must match ^(a+)+$']]);
    expect(faultsOf({ text: 'a'.repeat(1_000_000) }, { text: { type: 'string', pattern: '(a?){900}b' } })).toEqual([
      ['/text', "can't be compared with (a?){900}b: the text is too long for so large a pattern"],
    ]);
  });
});
