import { damp, steadyFlap, type FlapState } from './flap-damper';

const damping = { changes: 3, within: 10, calm: 5 };
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

/** Changes at these seconds, looked at each second until the last. */
function run(changes: number[], until: number): string[] {
  let state: FlapState = steadyFlap;
  const seen: string[] = [];
  for (let second = 0; second <= until; second += 1) {
    const place = changes.indexOf(second);
    const to = place % 2 === 0 ? 'down' : 'up';
    const edge = place === -1 ? null : ({ to, since: at(second), count: 1 } as const);
    const damped = damp(state, edge, at(second), damping);
    state = damped.state;
    if (damped.out) seen.push(`${second}:${damped.out.report === 'edge' ? damped.out.edge.to : 'flapping'}`);
  }
  return seen;
}

describe('a target that flaps', () => {
  it('is told of change by change as long as they are few', () => {
    expect(run([0, 4, 11, 20], 30)).toEqual(['0:down', '4:up', '11:down', '20:up']);
  });
  it('is told of once, and then where it stands when it is calm', () => {
    expect(run([0, 2, 4, 6, 8, 9], 30)).toEqual(['0:down', '2:up', '4:flapping', '15:up']);
    expect(run([0, 2, 4, 7, 8], 30)).toEqual(['0:down', '2:up', '4:flapping', '14:down']);
  });
  it('may flap again', () => {
    expect(run([0, 1, 2, 10, 11, 12], 20)).toEqual([
      '0:down',
      '1:up',
      '2:flapping',
      '8:down',
      '10:up',
      '11:down',
      '12:flapping',
      '18:up',
    ]);
  });
});
