import { fidRating, placeOf } from './sample';

describe('a web vital', () => {
  it('tells of a page nothing but where it is', () => {
    const url = new URL('https://ymera.example/agents/shop?q=ada%20lovelace#token');
    expect(placeOf(url)).toBe('https://ymera.example/agents/shop');
  });

  it('rates the delay of the first input by the usual bounds', () => {
    expect([0, 100, 101, 300, 301].map(fidRating)).toEqual([
      'good',
      'good',
      'needs-improvement',
      'needs-improvement',
      'poor',
    ]);
  });
});
