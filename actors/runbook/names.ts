import type { ASTNode } from '@marcbachmann/cel-js';
import { compile } from './cel';
import { nodesOf } from './cel-tree';

/** What an expression reads. */
export interface Names {
  /** The names it begins with: `input`, `steps`, `run` and so on. */
  roots: ReadonlySet<string>;
  /** For `steps.x` and `steps["x"]`: `x`. */
  steps: ReadonlySet<string>;
  inputs: ReadonlySet<string>;
  /** Roots that it also uses in ways in which what it reads of them can't be told, such as `steps[item]`. */
  whole: ReadonlySet<string>;
}

/** CEL's own names of types, which `type(x) == int` compares with. */
const types = new Set(['bool', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint']);

/**
 * @param root a parsed expression
 */
export function namesIn(root: ASTNode): Names {
  const [roots, whole] = [new Set<string>(), new Set<string>()];
  const parts: Record<string, Set<string>> = { steps: new Set(), input: new Set() };
  const told = new Set<ASTNode>();
  for (const { node, bound } of nodesOf(root)) {
    // Parents come first, so that the name within `steps.x` is known when it is met on its own.
    const part = partOf(node);
    const owner = part && !bound.includes(part.name) ? parts[part.name] : undefined;
    if (part && owner) {
      owner.add(part.key);
      told.add(part.of);
    }
    if (node.op !== 'id' || bound.includes(node.args) || types.has(node.args)) continue;
    roots.add(node.args);
    if (!told.has(node)) whole.add(node.args);
  }
  return { roots, whole, steps: parts.steps ?? new Set(), inputs: parts.input ?? new Set() };
}

/**
 * What an expression reads, told from its text.
 * @throws ExpressionError `expression_failed`
 */
export function namesOf(expression: string): Names {
  return namesIn(compile(expression).root);
}

/** `name.key` or `name["key"]`. */
function partOf(node: ASTNode): { of: ASTNode; name: string; key: string } | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [of, key] = node.args;
  const text = typeof key === 'string' ? key : key.op === 'value' ? key.args : null;
  return of.op === 'id' && typeof text === 'string' ? { of, name: of.args, key: text } : null;
}
