import type { TSchema } from '@sinclair/typebox';
import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value';
import type { FieldError } from '../core/errors';
import { faultOf, schemaErrors } from './check-shape';
import { pointerTo } from '../core/json-pointer';
import { secretReferencesIn } from './secret-guard';

const ofStrings = new Set([
  ValueErrorType.StringFormat,
  ValueErrorType.StringFormatUnknown,
  ValueErrorType.StringMaxLength,
  ValueErrorType.StringMinLength,
  ValueErrorType.StringPattern,
]);

/**
 * What is wrong with the input of an action, as far as it can be told before its expressions are filled in: a text with
 * `${{` may become anything, and one with a reference to a secret any text.
 * @param pointer of the input in the document
 */
export function withFaults(schema: TSchema, input: unknown, pointer: string): FieldError[] {
  const filled: unknown = Value.Default(schema, Value.Clone(input ?? {}));
  const open = { expressions: placesOf(filled, holdsExpression), secrets: placesOf(filled, holdsSecret) };
  return schemaErrors(schema, filled)
    .filter((error) => !mayYetHold(error, open))
    .map((error) => faultOf(error, pointer));
}

function mayYetHold({ path, type }: ValueError, open: { expressions: string[]; secrets: string[] }): boolean {
  if (open.expressions.some((place) => isWithin(place, path) && (place === path || type === ValueErrorType.Union)))
    return true;
  const secret = open.secrets.some((place) => isWithin(place, path));
  return secret && (ofStrings.has(type) || type === ValueErrorType.Union);
}

function isWithin(place: string, path: string): boolean {
  return place === path || place.startsWith(`${path}/`);
}

function holdsExpression(text: string): boolean {
  return text.includes('${{');
}

function holdsSecret(text: string): boolean {
  return secretReferencesIn(text).size > 0;
}

/** Pointers to all texts of which something is true. */
function placesOf(value: unknown, is: (text: string) => boolean, pointer = ''): string[] {
  if (typeof value === 'string') return is(value) ? [pointer] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => placesOf(item, is, pointerTo(pointer, key)));
}
