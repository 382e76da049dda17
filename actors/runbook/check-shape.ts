import type { TSchema } from '@sinclair/typebox';
import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value';
import type { FieldError } from '../core/errors';
import { runbookDocument } from './document';
import { pointerTo } from '../core/json-pointer';

/** Each block of steps takes two levels, and what a step is given some more. */
const deepest = 64;
/** Halves of characters, and the one that databases end texts at. */
const unstorable = /[\0\p{Surrogate}]/u;
const trap = "holds a character that can't be kept";
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** What keeps a value from being plain JSON: numbers that JSON lacks, keys that are traps, nesting without end. */
export function jsonFaults(value: unknown, pointer = '', depth = 0): FieldError[] {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value === 'string') return unstorable.test(value) ? [{ pointer, message: trap }] : [];
  if (typeof value === 'number')
    return Number.isFinite(value) ? [] : [{ pointer, message: `${value} is no number that JSON knows` }];
  if (typeof value !== 'object') return [{ pointer, message: 'is no value that JSON knows' }];
  if (depth >= deepest) return [{ pointer, message: `is nested deeper than ${deepest} levels` }];
  if (Array.isArray(value))
    return value.flatMap((item, index) => jsonFaults(item, pointerTo(pointer, index), depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    return [{ pointer, message: 'is no value that JSON knows' }];
  return Object.entries(value).flatMap(([key, item]) =>
    forbidden.has(key) || unstorable.test(key)
      ? [{ pointer: pointerTo(pointer, key), message: 'is not allowed as a name' }]
      : jsonFaults(item, pointerTo(pointer, key), depth + 1),
  );
}

/** Where a value breaks the schema of runbooks. */
export function shapeFaults(document: unknown): FieldError[] {
  return schemaErrors(runbookDocument, document).map((error) => faultOf(error));
}

/** @param pointer to the value that was checked */
export function faultOf(error: ValueError, pointer = ''): FieldError {
  return { pointer: pointer + error.path, message: messageOf(error) };
}

/** TypeBox's errors, the first of each place: a missing property is told again as a value of the wrong type. */
export function schemaErrors(schema: TSchema, value: unknown): ValueError[] {
  const first = new Map<string, ValueError>();
  for (const error of Value.Errors(schema, value)) if (!first.has(error.path)) first.set(error.path, error);
  return [...first.values()];
}

function messageOf({ type, schema, message }: ValueError): string {
  const own = messages.get(type);
  if (own) return own(schema);
  // Such as "Expected integer to be greater or equal to 1", or "Expected integer".
  return message.replace(/^Expected (?:(\w+) to )?/, (_all, kind?: string) => (kind ? 'must ' : 'must be of type '));
}

const messages = new Map<ValueErrorType, (schema: TSchema) => string>([
  [ValueErrorType.ObjectAdditionalProperties, () => 'is not known here'],
  [ValueErrorType.ObjectRequiredProperty, () => 'is required'],
  [ValueErrorType.StringPattern, (schema) => `must match ${String(schema.pattern)}`],
  [ValueErrorType.StringMinLength, (schema) => `must have at least ${String(schema.minLength)} characters`],
  [ValueErrorType.StringMaxLength, (schema) => `must have at most ${String(schema.maxLength)} characters`],
  [ValueErrorType.ArrayMinItems, (schema) => `must have at least ${String(schema.minItems)} items`],
  [ValueErrorType.ArrayMaxItems, (schema) => `must have at most ${String(schema.maxItems)} items`],
  [ValueErrorType.Kind, (schema) => `must be ${choicesOf(schema)}`],
  [ValueErrorType.Union, (schema) => `must be ${choicesOf(schema)}`],
  [ValueErrorType.Literal, (schema) => `must be ${choicesOf(schema)}`],
]);

function choicesOf(schema: TSchema): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const branches = (schema.anyOf as TSchema[] | undefined) ?? [];
  const kinds = branches.map((branch) => branchName(branch));
  const choices = [...new Set(kinds)].join(' or ');
  return schema.description === undefined ? choices : `${choices}: ${schema.description}`;
}

function branchName(schema: TSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const type = typeof schema.type === 'string' ? schema.type : 'a value';
  const keys = Object.keys((schema.properties as object | undefined) ?? {});
  if (keys.length > 0) return `an object with ${keys.join(', ')}`;
  if (schema.anyOf !== undefined) return choicesOf(schema);
  return /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;
}
