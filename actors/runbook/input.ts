import { Value } from '@sinclair/typebox/value';
import { DomainError, type FieldError } from '../core/errors';
import { jsonBytes } from '../core/json-size';
import type { InputField, RunbookDocument } from './document';
import { mostInputBytes } from './limits';
import { Pattern } from './pattern';
import { PatternError } from './pattern-reader';
import { pointerTo } from '../core/json-pointer';
import { isSecretReference, secretReferencesIn } from './secret-guard';

/**
 * The input that a run of the runbook begins with: what was given, and the defaults of what was not. An input that is neither
 * required nor given is not in it.
 * @throws DomainError `invalid_input` with all faults, as JSON Pointers into the input
 */
export function checkedInput(document: Pick<RunbookDocument, 'input'>, input: unknown): Record<string, unknown> {
  const declared = document.input ?? {};
  const given = input ?? {};
  if (!isObject(given)) throw invalid([{ pointer: '', message: 'must be an object' }]);
  const faults: FieldError[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => ({ pointer: pointerTo('', name), message: 'is not an input of this runbook' }));
  const result: [string, unknown][] = [];
  for (const [name, field] of Object.entries(declared)) {
    const pointer = pointerTo('', name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) {
      faults.push(...valueFaults(field, value, pointer));
      result.push([name, value]);
    } else if (field.required ?? field.default === undefined) faults.push({ pointer, message: 'is required' });
    else if (field.default !== undefined) result.push([name, field.default]);
  }
  if (faults.length > 0) throw invalid(faults);
  const checked = Object.fromEntries(result);
  if (jsonBytes(checked) > mostInputBytes) {
    throw invalid([{ pointer: '', message: `is larger than ${mostInputBytes} bytes as JSON` }]);
  }
  return checked;
}

/** What is wrong with a value of an input. */
export function valueFaults(field: InputField, value: unknown, pointer: string): FieldError[] {
  const wrong = typeFault(field, value);
  const messages = wrong === null ? limitFaults(field, value) : [wrong];
  // A value must not bring in a secret that the one who gives it may not know: only these fields take references.
  if (field.type !== 'secret' && secretReferencesIn(value).size > 0)
    messages.push('must not hold a reference to a secret: the runbook declares no secret here');
  return messages.map((message) => ({ pointer, message }));
}

type ValueType = Exclude<InputField['type'], 'secret'>;

const typeTests: Record<ValueType, [test: (value: unknown) => boolean, name: string]> = {
  string: [(value) => typeof value === 'string', 'a string'],
  integer: [Number.isSafeInteger, 'an integer'],
  number: [Number.isFinite, 'a number'],
  boolean: [(value) => typeof value === 'boolean', 'true or false'],
  array: [Array.isArray, 'an array'],
  object: [isObject, 'an object'],
};

function typeFault(field: InputField, value: unknown): string | null {
  if (field.type === 'secret')
    return isSecretReference(value) ? null : 'must be a reference to a secret, such as secret://name, never its value';
  const [test, name] = typeTests[field.type];
  if (!test(value)) return `must be ${name}`;
  if (field.type !== 'array' || field.items === undefined) return null;
  const [itemTest, itemName] = typeTests[field.items];
  const at = (value as unknown[]).findIndex((item) => !itemTest(item));
  return at < 0 ? null : `each item must be ${itemName}, and item ${at} is not`;
}

function limitFaults(field: InputField, value: unknown): string[] {
  const faults: string[] = [];
  if (field.enum && !field.enum.some((one) => Value.Equal(one, value)))
    faults.push(`must be one of ${field.enum.map((one) => JSON.stringify(one)).join(', ')}`);
  if (typeof value === 'number') {
    if (field.minimum !== undefined && value < field.minimum) faults.push(`must be at least ${field.minimum}`);
    if (field.maximum !== undefined && value > field.maximum) faults.push(`must be at most ${field.maximum}`);
  }
  if (field.type !== 'secret' && (typeof value === 'string' || Array.isArray(value))) {
    const length = [...value].length;
    const what = typeof value === 'string' ? 'characters' : 'items';
    if (length < (field.min_length ?? 0)) faults.push(`must have at least ${field.min_length} ${what}`);
    if (length > (field.max_length ?? length)) faults.push(`must have at most ${field.max_length} ${what}`);
    if (typeof value === 'string' && field.pattern !== undefined) faults.push(...patternFaults(field.pattern, value));
  }
  return faults;
}

function patternFaults(pattern: string, value: string): string[] {
  try {
    return new Pattern(pattern).test(value) ? [] : [`must match ${pattern}`];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return [`can't be compared with ${pattern}: ${error.message}`];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(fields: FieldError[]): DomainError {
  return new DomainError('invalid_input', 'the input is not what the runbook declares', fields);
}
