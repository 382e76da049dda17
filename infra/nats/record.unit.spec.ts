import { chainOf } from '../../projections/_util/fixtures';
import { parseRecord } from './record';

const [record] = chainOf('a', 1);
const parse = (value: unknown): unknown => parseRecord(new TextEncoder().encode(JSON.stringify(value)));

describe('parseRecord', () => {
  it('reads a record back as it was', () => {
    expect(parse(record)).toEqual(record);
  });

  it.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['no UTF-8', Uint8Array.from([0x22, 0xff, 0x22])],
    ['null', new TextEncoder().encode('null')],
  ])('refuses %s', (_, payload) => {
    expect(parseRecord(payload)).toBeNull();
  });

  it.each([
    ['an id that is not its own', { id: 'b:1' }],
    ['a sequence of 0', { sequence: 0, id: 'a:0' }],
    ['a time that does not exist', { time: '2026-13-45T00:00:00Z' }],
    ['a NUL in the agent', { source: '/agents/a\0', id: 'a\0:1' }],
    ['a hash that is none', { hash: 'ABC' }],
    ['another type', { type: 'other.flags.FlagSet' }],
  ])('refuses %s', (_, change) => {
    expect(parse({ ...record, ...change })).toBeNull();
  });
});
