import { boards, measuredPart, type Board, type Chart } from './boards';

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
    const chart = (...metrics: string[]): Chart => ({
      title: '',
      unit: 'count',
      series: metrics.map((metric) => ({ metric, by: '' })),
    });
    for (const told of [chart('ymera_a_seconds'), chart('ymera_a_seconds_count')]) {
      expect(measuredPart(told, known)).toEqual(told);
    }
    expect(measuredPart(chart('ymera_c', 'ymera_b_total'), known)).toEqual(chart('ymera_b_total'));
    expect(measuredPart(chart('ymera_c'), known)).toBeNull();
    const vital: Chart = { title: '', unit: 'shift', vital: 'CLS' };
    expect(measuredPart(vital, known)).toBe(vital);
  });
});
