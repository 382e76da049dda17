import type { StepNode } from './step-tree';

export interface FlowNode {
  id: string;
  /** Null for what stands for more than is drawn. */
  node: StepNode | null;
  label: string;
}

export interface FlowEdge {
  id: string;
  source: string;
  target: string;
  /** What comes before was reached. */
  passed: boolean;
}

export interface Flow {
  nodes: FlowNode[];
  edges: FlowEdge[];
}

/** Items of one `foreach` that are drawn; the list beside the graph has all of them. */
const mostItems = 8;

/**
 * The steps as a flow: one after another, side by side where they are done at once. A group, an approval or a `foreach` stands
 * before what is in it.
 */
export function flowOf(tree: readonly StepNode[]): Flow {
  const flow: Flow = { nodes: [], edges: [] };
  chain(tree, [], flow);
  return flow;
}

interface End {
  id: string;
  passed: boolean;
}

/** @returns the ends that what follows comes after */
function chain(nodes: readonly StepNode[], before: End[], flow: Flow): End[] {
  return nodes.reduce<End[]>((ends, node) => add(node, ends, flow), before);
}

function add(node: StepNode, before: End[], flow: Flow): End[] {
  flow.nodes.push({ id: node.path, node, label: node.label });
  const self = join(node.path, before, node.status !== 'pending', flow);
  if (node.children.length === 0) return [self];
  if (node.kind === 'parallel') return node.children.flatMap((child) => add(child, [self], flow));
  if (node.kind !== 'foreach') return chain(node.children, [self], flow);
  const drawn = mostTelling(node.children);
  const ends = drawn.flatMap((child) => add(child, [self], flow));
  const left = node.children.length - drawn.length;
  if (left === 0) return ends;
  const id = `${node.path}[…]`;
  flow.nodes.push({ id, node: null, label: `${left} more items` });
  return [...ends, join(id, [self], true, flow)];
}

function join(id: string, before: readonly End[], reached: boolean, { edges }: Flow): End {
  for (const end of before) {
    edges.push({ id: `${end.id} ${id}`, source: end.id, target: id, passed: end.passed && reached });
  }
  return { id, passed: reached };
}

const bad = ['blocked', 'failed'];
const quiet = ['succeeded', 'skipped', 'pending', 'undone'];

/** Those that something is wrong with, then those under way, then the first of the rest; in their order. */
function mostTelling(items: readonly StepNode[]): StepNode[] {
  const rank = ({ status }: StepNode): number => (bad.includes(status) ? 0 : quiet.includes(status) ? 2 : 1);
  const drawn = new Set([...items].sort((a, b) => rank(a) - rank(b)).slice(0, mostItems));
  return items.filter((item) => drawn.has(item));
}
