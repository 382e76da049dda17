import Ajv2020, { type ErrorObject } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { TSchema } from '@sinclair/typebox';
import type { FieldError } from '../actors/core/errors';
import { escapePointer } from '../actors/core/json-pointer';
import { Problem } from './problem';
import type { ProblemCode } from './problems';

const mostErrors = 20;

const exact = new Ajv2020({ allErrors: true, useDefaults: true, strict: true, allowUnionTypes: true });
/** Of what comes as text: `?limit=5` is a number. */
const fromText = new Ajv2020({ allErrors: true, useDefaults: true, strict: true, coerceTypes: true });
for (const ajv of [exact, fromText]) addFormats(ajv);

/**
 * A check of one part of a request, compiled once. It fills defaults in.
 * @param what names the part in the problem's detail: `the query`
 * @param text whether the values come as text and are to be converted
 */
export function validator(
  schema: TSchema,
  what: string,
  code: Extract<ProblemCode, 'invalid_parameter' | 'invalid_body'>,
  text: boolean,
): (value: unknown) => void {
  const check = (text ? fromText : exact).compile(schema);
  return (value) => {
    if (check(value)) return;
    const faults = (check.errors ?? []).filter(({ keyword }) => keyword !== 'anyOf');
    throw new Problem(code, `${what} is not valid`, faults.slice(0, mostErrors).map(fieldError));
  };
}

function fieldError({ instancePath, params, message = 'is not valid', keyword }: ErrorObject): FieldError {
  const given = params as { missingProperty?: string; additionalProperty?: string };
  const property = given.missingProperty ?? given.additionalProperty;
  const pointer = property === undefined ? instancePath : `${instancePath}/${escapePointer(property)}`;
  if (keyword === 'oneOf') return { pointer, message: 'must be exactly one of the forms that are allowed here' };
  if (keyword === 'additionalProperties') return { pointer, message: 'is not known here' };
  return { pointer, message: keyword === 'required' ? 'is required' : message };
}
