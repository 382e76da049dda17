import type { RunbookDocument } from './document';
import { placedSteps, type PlacedStep } from './placed-steps';
import { pointerTo } from '../core/json-pointer';

/** A part of a runbook in which expressions may stand. */
export interface ExpressionPlace {
  pointer: string;
  value: unknown;
  /**
   * `condition`: all of it is an expression. `value` and `duration`: it stands as it is, or is one expression. `time`: the same,
   * for a moment. `list`: an array, or one expression. `template`: expressions may stand anywhere in its texts. `plain`: nowhere.
   */
  as: 'condition' | 'value' | 'duration' | 'time' | 'list' | 'template' | 'plain';
  /** What its expressions may read. */
  names: readonly string[];
}

type Part = readonly [as: ExpressionPlace['as'], value: unknown, ...path: string[]];

/** Before a run begins there are no steps to read. */
const atStart = ['input', 'run'];
const inSteps = ['input', 'run', 'steps'];
const inLoops = [...inSteps, 'item', 'index'];

export function* expressionPlaces(document: RunbookDocument): Generator<ExpressionPlace> {
  const { guards, concurrency, verify } = document;
  yield* places('', atStart, [
    ['list', document.targets, 'targets'],
    ['template', concurrency?.group, 'concurrency', 'group'],
    ['duration', guards?.cooldown, 'guards', 'cooldown'],
    ['duration', guards?.window, 'guards', 'window'],
    ['duration', document.timeout, 'timeout'],
  ]);
  yield* places('', inSteps, [
    ['duration', verify?.settle, 'verify', 'settle'],
    ['template', document.output, 'output'],
  ]);
  for (const placed of placedSteps(document)) yield* placesOfStep(placed);
}

function* placesOfStep({ step, pointer, loops }: PlacedStep): Generator<ExpressionPlace> {
  const { retry, approval, foreach, until, undo, wait } = step;
  const names = loops > 0 ? inLoops : inSteps;
  yield* places(pointer, names, [
    ['plain', step.name, 'name'],
    ['condition', step.if, 'if'],
    ['duration', step.timeout, 'timeout'],
    ['value', retry?.attempts, 'retry', 'attempts'],
    ['duration', retry?.backoff, 'retry', 'backoff'],
    ['duration', retry?.max_backoff, 'retry', 'max_backoff'],
    ['template', step.with, 'with'],
    ['template', typeof undo === 'object' ? undo.with : undefined, 'undo', 'with'],
    ['duration', typeof wait === 'object' ? undefined : wait, 'wait'],
    ['time', typeof wait === 'object' ? wait.until : undefined, 'wait', 'until'],
    ['duration', until?.every, 'until', 'every'],
    ['list', foreach?.items, 'foreach', 'items'],
    ['value', foreach?.max_parallel, 'foreach', 'max_parallel'],
    ['value', foreach?.max_failures, 'foreach', 'max_failures'],
  ]);
  yield* places(pointer, [...names, 'output'], [['condition', until?.condition, 'until', 'condition']]);
  // With both on one step, it may be asked for each item.
  yield* places(pointer, foreach ? inLoops : names, [
    ['template', approval?.message, 'approval', 'message'],
    ['plain', approval?.roles, 'approval', 'roles'],
    ['duration', approval?.timeout, 'approval', 'timeout'],
    ['duration', approval?.remind, 'approval', 'remind'],
    ['duration', approval?.escalate?.after, 'approval', 'escalate', 'after'],
    ['plain', approval?.escalate?.roles, 'approval', 'escalate', 'roles'],
  ]);
}

function* places(pointer: string, names: readonly string[], parts: readonly Part[]): Generator<ExpressionPlace> {
  for (const [as, value, ...path] of parts)
    if (value !== undefined) yield { pointer: pointerTo(pointer, ...path), value, as, names };
}
