import { detectEdge, unknownEdge, type Edge, type EdgeState } from './edge-detector';

const thresholds = { failingAfter: 3, failingForMs: 0, recoveringAfter: 2 };

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
  it('needs failures to go on for a time, too, where the target says so', () => {
    const patient = { failingAfter: 2, failingForMs: 30_000, recoveringAfter: 1 };
    let state: EdgeState = { status: 'up', against: null };
    const seen = [0, 10, 20, 29, 30, 40].flatMap((second) => {
      const now = new Date(second * 1000).toISOString();
      const next = detectEdge(state, 'down', now, patient);
      state = next.state;
      return next.edge ? [`${second}:${next.edge.count}`] : [];
    });
    expect(seen).toEqual(['30:5']);
  });
});
