import { chainOf, forge } from '../../projections/_util/fixtures';
import { csvHeader, csvLines } from './records-csv';

describe('records as CSV', () => {
  const [born] = chainOf('web', 1);
  const lineOf = (change: object): string => csvLines([forge(born as never, change)]);

  it('has a header and one line each, ended as RFC 4180 wants', () => {
    expect(csvHeader).toMatch(/^"agent","sequence","time",.*"prevhash","hash"\r\n$/);
    const lines = csvLines(chainOf('web', 3)).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain('"web","2","2026-01-01T00:00:01.000Z","ymera.flags.FlagSet"');
  });

  it('keeps quotes, commas and line breaks within their cell', () => {
    expect(lineOf({ reason: 'he said "no",\nthen left' })).toContain('"he said ""no"",\nthen left"');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '＝1'])('leaves no formula in %j', (reason) => {
    expect(lineOf({ reason })).toContain(`"'${reason}"`);
  });
});
