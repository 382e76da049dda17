import { isDomainError, type FieldError } from '../core/errors';
import type { RunbookDocument } from './document';
import { durationMs } from './duration';
import { expressionsIn, isExpressionError } from './expressions';
import { expressionPlaces, type ExpressionPlace } from './expression-places';
import { namesOf } from './names';
import { placedSteps } from './placed-steps';
import { pointerTo } from '../core/json-pointer';
import { conditionExpression, onlyExpression } from './template';

/** What there is for expressions to read. */
interface Declared {
  steps: ReadonlySet<string>;
  inputs: ReadonlySet<string>;
}

/** Expressions that can't be read, or that read what there is not. */
export function expressionFaults(document: RunbookDocument): FieldError[] {
  const declared: Declared = {
    steps: new Set([...placedSteps(document)].map(({ step }) => step.id)),
    inputs: new Set(Object.keys(document.input ?? {})),
  };
  return [...expressionPlaces(document)].flatMap((place) => placeFaults(place, declared));
}

function placeFaults(place: ExpressionPlace, declared: Declared): FieldError[] {
  const { value, pointer, as } = place;
  if (typeof value === 'string') {
    const faults = messagesOf(value, place, declared).map((message) => ({ pointer, message }));
    return faults.length > 0 ? faults : literalFaults(place, value);
  }
  if (typeof value !== 'object' || value === null) return as === 'duration' ? literalFaults(place, value) : [];
  return Object.entries(value).flatMap(([key, item]) =>
    placeFaults(
      { ...place, as: as === 'list' ? 'template' : as, pointer: pointerTo(pointer, key), value: item },
      declared,
    ),
  );
}

function messagesOf(text: string, { as, names }: ExpressionPlace, declared: Declared): string[] {
  try {
    return expressionsOf(text, as).flatMap((expression) => nameFaults(expression, names, declared));
  } catch (error) {
    if (isExpressionError(error)) return [error.message];
    throw error;
  }
}

function expressionsOf(text: string, as: ExpressionPlace['as']): string[] {
  return as === 'condition' ? [conditionExpression(text)] : expressionsIn(text);
}

function nameFaults(expression: string, names: readonly string[], declared: Declared): string[] {
  const { roots, steps, inputs } = namesOf(expression);
  return [
    ...[...roots].filter((name) => !names.includes(name)).map((name) => unknownName(name, names)),
    ...[...steps].filter((id) => !declared.steps.has(id)).map((id) => `there is no step ${id}`),
    ...[...inputs].filter((name) => !declared.inputs.has(name)).map((name) => `there is no input ${name}`),
  ];
}

function unknownName(name: string, names: readonly string[]): string {
  const reasons: Record<string, string> = {
    item: 'item is known within a foreach only',
    index: 'index is known within a foreach only',
    output: 'output is known in the condition of an until only; elsewhere it is steps.<id>.output',
    steps: 'steps are not known before the run begins',
  };
  const reason = Object.hasOwn(reasons, name) ? reasons[name] : undefined;
  return reason ?? `there is no ${name} here, but ${names.join(', ')}`;
}

/** @param value a text whose expressions are in order, or no text */
function literalFaults({ as, pointer }: ExpressionPlace, value: unknown): FieldError[] {
  const message = literalFault(as, value);
  return message === null ? [] : [{ pointer, message }];
}

function literalFault(as: ExpressionPlace['as'], value: unknown): string | null {
  const text = typeof value === 'string' ? value : '';
  const open = text.includes('${{');
  if (as === 'condition' || as === 'template') return null;
  if (as === 'plain') return open ? 'is taken as it stands: there are no expressions here' : null;
  if (open) return onlyExpression(text) === null ? 'must be one expression and nothing beside it' : null;
  if (as === 'list') return 'must be a list, or one expression that yields a list';
  if (as === 'time') return isMoment(text) ? null : 'must be a time such as 2026-01-31T06:00:00Z, with its zone';
  return as === 'duration' ? durationFault(value) : null;
}

function isMoment(text: string): boolean {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
  return shape.test(text) && !Number.isNaN(Date.parse(text));
}

function durationFault(value: unknown): string | null {
  try {
    durationMs(value as number | string);
    return null;
  } catch (error) {
    if (isDomainError(error)) return error.message;
    throw error;
  }
}
