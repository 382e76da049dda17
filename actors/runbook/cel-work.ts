import type { ASTNode } from '@marcbachmann/cel-js';
import { weightOf } from './cel-values';
import { nodesOf } from './cel-tree';
import { ExpressionError } from './expression-error';
import { Pattern } from './pattern';
import { PatternError } from './pattern-reader';

/** About what a tenth of a second is good for. Workflows are given up where they compute for two. */
const mostWork = 500_000;
const longestText = 262_144;
const longestList = 100_000;

/** What an expression, or all of a template, may do before it is stopped. Counted and not timed, so that a replay stops at the same place. */
export class Work {
  private left = mostWork;

  /** @throws ExpressionError when it is too much */
  readonly spend = (work: number): void => {
    this.left -= work;
    this.check();
  };

  /** CEL's `||` and `all` may swallow an error, so that it is asked for once more at the end. */
  check(): void {
    if (this.left < 0) throw new ExpressionError('expression_failed', 'it takes too much work');
  }

  weigh(value: unknown): number {
    return weightOf(value, this.left + 1);
  }
}

type Handle = (...given: unknown[]) => unknown;

/** What the library keeps at a node: `handle` does its work, given the values of its parts. */
interface Worker {
  handle?: Handle;
  meta?: { alternate?: Worker };
}

/**
 * Makes the nodes of a checked expression count what they do. The library bounds how large an expression is, not what it
 * makes of its values: `l.map(a, l.map(b, a + b))`.
 */
export function countWork(root: ASTNode, work: Work): void {
  const patterns = new Map<string, Pattern>();
  for (const { node } of nodesOf(root)) {
    const own = node as unknown as Worker;
    const loop = own.meta?.alternate;
    if (loop) countLoop(loop, nodesWithin(node), work);
    else if (node.op === 'call' || node.op === 'rcall')
      wrap(own, ([values]) => spendOnCall(node.args[0], values as unknown[], work));
    else if (node.op === '+') wrap(own, ([left, right]) => spendOnSum(left, right, work));
    else if (node.op === '==' || node.op === '!=')
      wrap(own, ([left, right]) => work.spend(Math.min(work.weigh(left), work.weigh(right))));
    else if (node.op === 'in') wrap(own, ([item, list]) => work.spend(work.weigh(item) * sizeOf(list)));
    if (node.op === 'rcall' && node.args[0] === 'matches') matchSafely(own, patterns, work);
  }
}

function countLoop(loop: Worker, nodes: number, work: Work): void {
  wrap(loop, ([list]) => work.spend(1 + sizeOf(list) * nodes));
}

function wrap(worker: Worker, before: (given: unknown[]) => void): void {
  const { handle } = worker;
  if (!handle) return;
  worker.handle = (...given) => {
    before(given);
    return handle(...given);
  };
}

/** The library would use `RegExp`, which may take for ever. */
function matchSafely(worker: Worker, patterns: Map<string, Pattern>, work: Work): void {
  const { handle } = worker;
  worker.handle = (...given) => {
    const [text, pattern] = given[0] as unknown[];
    if (typeof text !== 'string' || typeof pattern !== 'string') return handle?.(...given);
    try {
      const known = patterns.get(pattern) ?? new Pattern(pattern);
      if (!patterns.has(pattern)) work.spend(known.size);
      patterns.set(pattern, known);
      work.spend(text.length / 8);
      return known.test(text, (steps) => work.spend(steps / 4));
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new ExpressionError(
        'expression_failed',
        `the pattern ${JSON.stringify(pattern)} can't be used: ${error.message}`,
      );
    }
  };
}

function spendOnCall(name: string, values: readonly unknown[], work: Work): void {
  const [first, second] = values;
  if (name === 'duration' && typeof first === 'string' && first.length > 64) throw tooLong('duration');
  if (name === 'join' && Array.isArray(first)) {
    let length = first.length * (typeof second === 'string' ? second.length : 0);
    for (const item of first) length += typeof item === 'string' ? item.length : 1;
    if (length > longestText) throw tooLong('text');
  }
  for (const value of values) work.spend(name === 'json' ? work.weigh(value) : sizeOf(value));
}

function spendOnSum(left: unknown, right: unknown, work: Work): void {
  if (typeof left === 'string' && typeof right === 'string' && left.length + right.length > longestText)
    throw tooLong('text');
  if (Array.isArray(left) && Array.isArray(right) && left.length + right.length > longestList) throw tooLong('list');
  work.spend(sizeOf(left) + sizeOf(right));
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length / 8;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

function nodesWithin(node: ASTNode): number {
  let count = 0;
  for (const _ of nodesOf(node)) count += 1;
  return count;
}

function tooLong(what: string): ExpressionError {
  return new ExpressionError('expression_failed', `the expression makes too long a ${what}`);
}
