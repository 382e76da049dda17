import { boards, isMeasured, type Board } from './boards';

describe('the boards', () => {
  const all: Board[] = Object.values(boards);

  it('have no two charts of one title', () => {
    for (const { charts } of all) {
      const titles = charts.map(({ title }) => title);
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  it('tell lines apart where a chart asks for several', () => {
    for (const { charts } of all) {
      for (const chart of charts) {
        if ('series' in chart && chart.series.length > 1) {
          expect(new Set(chart.series.map(({ label }) => label)).size).toBe(chart.series.length);
        }
      }
    }
  });

  it('know a part of a histogram by its whole', () => {
    const known = new Set(['ymera_a_seconds', 'ymera_b_total']);
    expect(
      ['ymera_a_seconds', 'ymera_a_seconds_count', 'ymera_b_total', 'ymera_c'].map((name) => isMeasured(name, known)),
    ).toEqual([true, true, true, false]);
  });
});
