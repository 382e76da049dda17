import { boundedJson, plainJson, shortText } from './bounded-json';

const limit = 64 * 1024;
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('an output', () => {
  it('that is small stays as it is', () => {
    const output = { a: [1, 'x', null], b: { c: true } };
    expect(boundedJson(output, limit)).toEqual(output);
  });
  it('loses the middle of its longest text', () => {
    const output = boundedJson({ short: 'kept', long: `begin${'ä'.repeat(100_000)}end` }, limit) as {
      short: string;
      long: string;
    };
    expect(size(output)).toBeLessThanOrEqual(65_536);
    expect(output.short).toBe('kept');
    expect(output.long).toMatch(/^begin[^]*characters left out[^]*end$/);
  });
  it.each([
    ['a long list', Array.from({ length: 100_000 }, (_, i) => i)],
    ['many texts', Array.from({ length: 5000 }, () => 'x'.repeat(100))],
    ['many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, i]))],
    ['a long name', { ['n'.repeat(100_000)]: 1 }],
    ['lists in lists', Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 'x'))],
  ])('with %s is cut to what is allowed', (_, output) => {
    const cut = boundedJson(output, limit);
    expect(size(cut)).toBeLessThanOrEqual(65_536);
    expect(size(cut)).toBeGreaterThan(2);
  });
  it('is plain JSON, whatever it was', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(plainJson(circular)).toBeNull();
    expect(plainJson(undefined)).toBeNull();
    expect(plainJson({ a: undefined, b: NaN, c: 5n, d: new Date(0) })).toEqual({
      b: null,
      c: 5,
      d: '1970-01-01T00:00:00.000Z',
    });
  });
  it('is never cut into half a character', () => {
    const cut = shortText('😀'.repeat(100), 21);
    expect(Buffer.from(cut, 'utf8').toString('utf8')).toBe(cut);
  });
});
