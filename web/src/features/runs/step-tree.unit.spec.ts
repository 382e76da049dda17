import type { Step } from '../../../../actors/runbook/document';
import { layoutOf, nodeSize } from './flow-layout';
import { flowOf } from './step-flow';
import { flatten, stepTree, type ReachedStep, type RunApproval } from './step-tree';

const time = '2026-11-24T21:47:20.000Z';
const reached = (path: string, status = 'succeeded'): ReachedStep => ({
  path,
  status,
  attempt: 1,
  action: null,
  startedAt: time,
  endedAt: null,
  error: null,
  until: null,
  reason: null,
  child: null,
});
const action = (id: string): Step => ({ id, action: 'debug.echo' });
const release: Step[] = [
  { ...action('build'), name: 'Build it', undo: true },
  { id: 'checks', parallel: [action('unit'), { id: 'rest', wait: '2s' }] },
  { id: 'agreed', approval: {}, steps: [{ id: 'deploy', run: 'deploy@3' }] },
  { id: 'roll', foreach: { items: [] }, steps: [action('restart'), action('answers')] },
];

describe('the steps of a run', () => {
  it('stand in their place, reached or not, with those that verify at the end', () => {
    const tree = stepTree({ steps: release, verify: { steps: [action('well')] } }, [reached('build')], []);
    expect(flatten(tree).map(({ node, depth }) => [depth, node.path, node.kind, node.status, node.does])).toEqual([
      [0, 'build', 'action', 'succeeded', 'debug.echo'],
      [0, 'checks', 'parallel', 'pending', null],
      [1, 'unit', 'action', 'pending', 'debug.echo'],
      [1, 'rest', 'wait', 'pending', '2s'],
      [0, 'agreed', 'approval', 'pending', null],
      [1, 'deploy', 'run', 'pending', 'deploy@3'],
      [0, 'roll', 'foreach', 'pending', null],
      [0, 'well', 'action', 'pending', 'debug.echo'],
    ]);
    expect(tree[0]).toMatchObject({ label: 'Build it', undo: true, verifies: false });
    expect(tree.at(-1)).toMatchObject({ verifies: true });
  });

  it('have an item for each that was reached, which stands as the worst of its steps', () => {
    const steps = [reached('roll', 'running'), reached('roll[0].restart'), reached('roll[0].answers')];
    const tree = stepTree({ steps: release }, [...steps, reached('roll[2].restart', 'failed')], []);
    expect(tree[3]?.children.map(({ path, status }) => [path, status])).toEqual([
      ['roll[0]', 'succeeded'],
      ['roll[2]', 'failed'],
    ]);
    expect(tree[3]?.children[1]?.children.map(({ path, status }) => [path, status])).toEqual([
      ['roll[2].restart', 'failed'],
      ['roll[2].answers', 'pending'],
    ]);
  });

  it('wait where people are asked, and are a flat list where the runbook can not be read', () => {
    const asked = { path: 'agreed', status: 'pending' } as RunApproval;
    const [, , agreed] = stepTree({ steps: release }, [reached('agreed', 'running')], [asked]);
    expect(agreed).toMatchObject({ status: 'waiting', approval: asked });
    const flat = stepTree(null, [reached('build'), reached('agreed', 'running')], [asked]);
    expect(flat.map(({ path, kind }) => [path, kind])).toEqual([
      ['build', 'action'],
      ['agreed', 'approval'],
    ]);
  });
});

describe('the graph of a run', () => {
  it('goes one after another, side by side where it is at once, and joins again', () => {
    const { edges } = flowOf(stepTree({ steps: release }, [reached('build'), reached('checks', 'running')], []));
    expect(edges.map(({ source, target, passed }) => [source, target, passed])).toEqual([
      ['build', 'checks', true],
      ['checks', 'unit', false],
      ['checks', 'rest', false],
      ['unit', 'agreed', false],
      ['rest', 'agreed', false],
      ['agreed', 'deploy', false],
      ['deploy', 'roll', false],
    ]);
  });

  it('draws a few of many items, those that something is wrong with among them', () => {
    const steps = Array.from({ length: 100 }, (_, n) =>
      reached(`roll[${n}].restart`, n === 90 ? 'failed' : 'succeeded'),
    );
    const { nodes, edges } = flowOf(stepTree({ steps: release }, steps, []));
    const items = nodes.filter(({ node }) => node?.kind === 'item').map(({ id }) => id);
    expect(items).toEqual([...Array.from({ length: 7 }, (_, n) => `roll[${n}]`), 'roll[90]']);
    expect(nodes.find(({ node }) => node === null)).toEqual({ id: 'roll[…]', node: null, label: '92 more items' });
    expect(edges).toContainEqual({ id: 'roll roll[…]', source: 'roll', target: 'roll[…]', passed: false });
  });

  it('puts what comes later further down, and nothing over anything else', () => {
    const flow = flowOf(stepTree({ steps: release }, [], []));
    const places = layoutOf(flow);
    for (const { source, target } of flow.edges) {
      expect(places.get(target)?.y).toBeGreaterThan((places.get(source)?.y ?? 0) + nodeSize.height);
    }
    const [a, b] = [places.get('unit'), places.get('rest')];
    expect(Math.abs((a?.x ?? 0) - (b?.x ?? 0))).toBeGreaterThan(nodeSize.width);
  });
});
