import { traceparentOf } from './trace-context';

const trace = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it.each([
    [`00-${trace}-${parent}-01`, `00-${trace}-${parent}-01`],
    [`00-${trace}-${parent}-00`, `00-${trace}-${parent}-00`],
    // A later version may say more, of which version 00 knows one flag.
    [`cc-${trace}-${parent}-ff-what-comes-later`, `00-${trace}-${parent}-01`],
    [`cc-${trace}-${parent}-fe`, `00-${trace}-${parent}-00`],
  ])('%s is kept as %s', (given, kept) => {
    expect(traceparentOf(given)).toBe(kept);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `cc-${trace}-${parent}-01more`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace.slice(1)}-${parent}-01`,
  ])('%s is ignored', (given) => {
    expect(traceparentOf(given)).toBeUndefined();
  });
});
