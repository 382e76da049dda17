import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { nodesOf } from './cel-tree';
import { fromCel } from './cel-values';
import { countWork, Work } from './cel-work';
import { ExpressionError, isExpressionError } from './expression-error';

/**
 * CEL as runbooks speak it. It runs in workflows, so nothing in it may depend on the machine: there is no `timestamp` (the
 * library's works on `Date`, which workflows replace) and there are no bytes (which it does in Node's way where it can).
 */

const longest = 2000;
const deepest = 100;

const functions = new Set('size int uint double string bool dyn type duration has json'.split(' '));
const methods = new Set(
  [
    'size startsWith endsWith contains matches lowerAscii upperAscii trim indexOf lastIndexOf substring split join',
    'all exists exists_one map filter bind getHours getMinutes getSeconds getMilliseconds',
  ].flatMap((names) => names.split(' ')),
);

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 1000, maxDepth: 40, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 8 },
});

environment.registerFunction(
  'json(dyn): string',
  (value: unknown) => JSON.stringify(fromCel(value, new Work().spend)),
  { async: false },
);

/** JSON's `50` and `50.5` are of two types in CEL. Whether a sum works must not depend on which of them a step yields. */
const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
for (const [operator, work] of Object.entries(arithmetic)) {
  const mixed = (a: bigint | number, b: bigint | number): number => work(Number(a), Number(b));
  environment.registerOperator(`int ${operator} double: double`, mixed);
  environment.registerOperator(`double ${operator} int: double`, mixed);
}

export interface Compiled {
  root: ASTNode;
  /**
   * @param context CEL values by name
   * @returns plain JSON
   */
  run: (context: ReadonlyMap<string, unknown>) => unknown;
}

/**
 * Parses and checks an expression, which stands without `${{ }}`.
 * @param work what it may do when it runs; shared by all that together must not do more
 * @throws ExpressionError `expression_failed`
 */
export function compile(expression: string, work = new Work()): Compiled {
  if (expression.length > longest)
    throw new ExpressionError('expression_failed', `an expression is longer than ${longest} characters`);
  return failing(() => {
    const parsed = environment.parse(expression);
    for (const { node, depth } of nodesOf(parsed.ast)) {
      if (depth > deepest) throw new ExpressionError('expression_failed', 'an expression is nested too deeply');
      checkNode(node);
    }
    const { valid, error } = parsed.check();
    if (!valid) throw error ?? new Error('the expression is not valid');
    countWork(parsed.ast, work);
    const run = (context: ReadonlyMap<string, unknown>): unknown => {
      const result = fromCel(parsed(context), work.spend);
      work.check();
      return result;
    };
    return { root: parsed.ast, run: (context) => failing(() => run(context)) };
  });
}

function checkNode(node: ASTNode): void {
  if (node.op === 'value' && node.args instanceof Uint8Array)
    throw new ExpressionError('expression_failed', 'there are no bytes in these expressions');
  if (node.op !== 'call' && node.op !== 'rcall') return;
  const [name] = node.args;
  if ((node.op === 'call' ? functions : methods).has(name)) return;
  throw new ExpressionError('expression_failed', `there is no function ${name}`);
}

const missing = new Set(['no_such_key', 'unknown_variable']);

function failing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isExpressionError(error)) throw error;
    const { code, summary, message } = error as { code?: string; summary?: string; message?: string };
    throw new ExpressionError(
      missing.has(code ?? '') ? 'unknown_value' : 'expression_failed',
      summary ?? message ?? '',
    );
  }
}
