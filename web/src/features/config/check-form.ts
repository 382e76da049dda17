import { Validator, type Schema } from '@cfworker/json-schema';
import type { RJSFSchema } from '@rjsf/utils';
import { valueAt } from '../../../../actors/core/json-pointer';
import { chosenOption } from './form-schema';

/** What is wrong at a place of a value. `pointer` is a JSON Pointer. */
export interface FormFault {
  pointer: string;
  message: string;
}

/** Faults that only say that there is one further in. */
const outer = new Set(['properties', 'patternProperties', 'items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', '$ref']);

/** Whether the value is accepted; stops at the first fault. */
export function accepts(schema: object, value: unknown): boolean {
  return new Validator(schema, '2020-12', true).validate(value).valid;
}

/** All that the schema has against a value: the same that the API has, whose schema it is. */
export function checkForm(schema: object, value: unknown): FormFault[] {
  const settled = settledSchema(schema, value);
  const { errors } = new Validator(settled as Schema, '2020-12', false).validate(value);
  const seen = new Set<string>();
  return errors.flatMap(({ keyword, keywordLocation, instanceLocation, error }) => {
    if (outer.has(keyword)) return [];
    const limit = valueAt(settled, decodeURI(keywordLocation.slice(1)))[0];
    const fault = faultOf(keyword, limit, decodeURI(instanceLocation.slice(1)), error);
    if (fault === null || seen.has(fault.pointer)) return [];
    seen.add(fault.pointer);
    return [fault];
  });
}

/** The schema with each choice of objects replaced by the option that the value has chosen, so that no other one complains. */
function settledSchema(schema: RJSFSchema, value: unknown): RJSFSchema {
  if (schema.anyOf) {
    const chosen = chosenOption(schema.anyOf as RJSFSchema[], value);
    return chosen ? settledSchema(chosen, value) : schema;
  }
  if (isObject(value)) return settledObject(schema, value);
  if (Array.isArray(value) && isObject(schema.items)) {
    return {
      ...schema,
      items: undefined,
      prefixItems: value.map((item) => settledSchema(schema.items as RJSFSchema, item)),
    };
  }
  return schema;
}

function settledObject(schema: RJSFSchema, value: Record<string, unknown>): RJSFSchema {
  const patterns = Object.entries(schema.patternProperties ?? {});
  const properties: Record<string, RJSFSchema> = {};
  for (const [name, member] of Object.entries(value)) {
    const own = schema.properties?.[name] ?? patterns.find(([pattern]) => new RegExp(pattern, 'u').test(name))?.[1];
    if (isObject(own)) properties[name] = settledSchema(own, member);
  }
  return { ...schema, properties: { ...schema.properties, ...properties }, patternProperties: undefined };
}

function faultOf(keyword: string, limit: unknown, pointer: string, error: string): FormFault | null {
  switch (keyword) {
    case 'required': {
      const name = /"(.*)"/.exec(error)?.[1] ?? '';
      return { pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, message: 'It is needed.' };
    }
    case 'type':
      return { pointer, message: `It must be of the type ${[limit].flat().join(' or ')}.` };
    case 'minimum':
      return { pointer, message: `It must be ${String(limit)} or more.` };
    case 'maximum':
      return { pointer, message: `It must be ${String(limit)} or less.` };
    case 'exclusiveMinimum':
      return { pointer, message: `It must be more than ${String(limit)}.` };
    case 'minLength':
      return {
        pointer,
        message: limit === 1 ? 'It must not be empty.' : `It needs ${String(limit)} characters or more.`,
      };
    case 'maxLength':
      return { pointer, message: `It may have ${String(limit)} characters at most.` };
    case 'minItems':
      return { pointer, message: `It needs ${String(limit)} or more.` };
    case 'maxItems':
    case 'maxProperties':
      return { pointer, message: `It may have ${String(limit)} at most.` };
    case 'pattern':
      return { pointer, message: `It does not have the form ${String(limit)}` };
    case 'enum':
      return { pointer, message: `It must be one of ${[limit].flat().join(', ')}.` };
    case 'false':
      return { pointer, message: 'There is no such setting.' };
    case 'additionalProperties':
      return null;
    default:
      return { pointer, message: error };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
