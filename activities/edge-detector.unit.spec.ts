import { detectEdge, unknownEdge, type Edge, type EdgeState } from './edge-detector';

const thresholds = { failingAfter: 3, recoveringAfter: 2 };

function run(results: string): (Edge | null)[] {
  let state: EdgeState = unknownEdge;
  return [...results].map((letter, i) => {
    const seen = detectEdge(state, letter === '+' ? 'up' : 'down', `t${i}`, thresholds);
    state = seen.state;
    return seen.edge;
  });
}

const edges = (results: string) => run(results).flatMap((edge, i) => (edge ? [`${i}:${edge.to}:${edge.since}`] : []));

describe('an edge', () => {
  it('is the first good result, and then nothing for as long as all is well', () => {
    expect(edges('+++++')).toEqual(['0:up:t0']);
  });
  it('needs as many failures in a row as the target says, and dates from the first of them', () => {
    expect(edges('+--+---')).toEqual(['0:up:t0', '6:down:t4']);
    expect(edges('---')).toEqual(['2:down:t0']);
  });
  it('back up needs its own count', () => {
    expect(edges('---+-++')).toEqual(['2:down:t0', '6:up:t5']);
  });
});
