import type { ASTNode } from '@marcbachmann/cel-js';

/** A node of a parsed expression, how deep it lies, and the names that stand for items of lists there. */
export interface PlacedNode {
  node: ASTNode;
  depth: number;
  bound: readonly string[];
}

/** Every node of a parsed expression as it was written, parents before children. */
export function* nodesOf(root: ASTNode): Generator<PlacedNode> {
  const open: PlacedNode[] = [{ node: root, depth: 1, bound: [] }];
  for (let placed = open.pop(); placed; placed = open.pop()) {
    yield placed;
    const { node, depth, bound } = placed;
    const inner = innerName(node);
    const [outside, inside] = inner === null ? [childrenOf(node), []] : partsOfMacro(node);
    for (const child of outside) open.push({ node: child, depth: depth + 1, bound });
    for (const child of inside) open.push({ node: child, depth: depth + 1, bound: [...bound, inner ?? ''] });
  }
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'value' || node.op === 'id') return [];
  if (node.op === '.' || node.op === '.?') return [node.args[0]];
  if (node.op === '!_' || node.op === '-_') return [node.args];
  if (node.op === 'call') return node.args[1];
  if (node.op === 'rcall') return [node.args[1], ...node.args[2]];
  return node.op === 'map' ? node.args.flat() : node.args;
}

const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/** What `x` is in `list.map(x, …)` or `cel.bind(x, …, …)`. */
function innerName(node: ASTNode): string | null {
  if (node.op !== 'rcall' || !macros.has(node.args[0])) return null;
  const [name] = node.args[2];
  return name?.op === 'id' && node.args[2].length > 1 ? name.args : null;
}

/** The parts of a macro that know nothing of its inner name, and those that do. */
function partsOfMacro(node: ASTNode): [readonly ASTNode[], readonly ASTNode[]] {
  if (node.op !== 'rcall') return [[], []];
  const [macro, receiver, [, ...rest]] = node.args;
  // `cel` itself is no value, and what is bound is worked out before it has its name.
  return macro === 'bind' ? [rest.slice(0, 1), rest.slice(1)] : [[receiver], rest];
}
