import { aligned, labelsOf, summaryOf } from './lines';

const window = { from: '2026-11-27T15:00:00.000Z', to: '2026-11-27T15:02:00.000Z', step: 30 };
const at = (second: number): number => Date.parse(window.from) + second * 1_000;

describe('the lines of a chart', () => {
  it('have a value or nothing at each step, and nothing outside of the time', () => {
    const lines = [
      {
        label: 'a',
        points: [
          [at(-30), 9],
          [at(0), 1],
          [at(60), 3],
        ] as [number, number][],
      },
      {
        label: 'b',
        points: [
          [at(90), 4],
          [at(120), 9],
        ] as [number, number][],
      },
    ];
    expect(aligned(lines, window)).toEqual({
      times: [0, 30, 60, 90].map((second) => at(second) / 1_000),
      labels: ['a', 'b'],
      columns: [
        [1, null, 3, null],
        [null, null, null, 4],
      ],
    });
  });

  it('come to what was measured last, least and most', () => {
    expect(summaryOf([2, null, 7, 5, null])).toEqual({ now: 5, least: 2, most: 7 });
    expect(summaryOf([null, null])).toBeNull();
  });

  it('are called by what tells them apart', () => {
    const api = { role: 'api', instance: 'a' };
    expect(labelsOf([api, { role: 'worker', instance: 'b' }])).toEqual(['api', 'worker']);
    expect(labelsOf([api, { role: 'api', instance: '0123456789' }])).toEqual(['a', '01234567']);
    expect(
      labelsOf([
        { ...api, kind: 'flags' },
        { ...api, kind: 'run' },
      ]),
    ).toEqual(['flags', 'run']);
    expect([labelsOf([{}]), labelsOf([{}], 'p95'), labelsOf([api]), labelsOf([{ route: '/x' }], 'p95')]).toEqual([
      ['all'],
      ['p95'],
      ['api'],
      ['p95, /x'],
    ]);
  });
});
