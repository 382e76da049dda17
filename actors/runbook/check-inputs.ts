import type { FieldError } from '../core/errors';
import type { InputField, RunbookDocument } from './document';
import { valueFaults } from './input';
import { Pattern } from './pattern';
import { PatternError } from './pattern-reader';
import { pointerTo } from '../core/json-pointer';

type Limit = 'pattern' | 'minimum' | 'maximum' | 'min_length' | 'max_length' | 'items' | 'enum';

/** Which limits mean something for which type. */
const limits: Record<Limit, readonly InputField['type'][]> = {
  pattern: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  min_length: ['string', 'array'],
  max_length: ['string', 'array'],
  items: ['array'],
  enum: ['string', 'integer', 'number', 'boolean', 'array', 'object'],
};

/** What a JSON Schema can't say about the inputs that a runbook declares. */
export function inputFaults(document: RunbookDocument): FieldError[] {
  return Object.entries(document.input ?? {}).flatMap(([name, field]) => fieldFaults(field, pointerTo('/input', name)));
}

function fieldFaults(field: InputField, pointer: string): FieldError[] {
  const faults: FieldError[] = [];
  for (const limit of Object.keys(limits) as Limit[])
    if (field[limit] !== undefined && !limits[limit].includes(field.type))
      faults.push({ pointer: pointerTo(pointer, limit), message: `means nothing for an input of type ${field.type}` });
  faults.push(...orderFaults(field, pointer));
  const pattern = field.pattern === undefined ? null : patternFault(field.pattern);
  if (pattern !== null) faults.push({ pointer: pointerTo(pointer, 'pattern'), message: `can't be used: ${pattern}` });
  if (faults.length > 0) return faults;

  for (const [index, value] of (field.enum ?? []).entries())
    faults.push(...valueFaults({ ...field, enum: undefined }, value, pointerTo(pointer, 'enum', index)));
  if (field.default === undefined) return faults;
  const at = pointerTo(pointer, 'default');
  faults.push(...valueFaults(field, field.default, at));
  if (field.required === true) faults.push({ pointer: at, message: 'is never used, because the input is required' });
  if (JSON.stringify(field.default).includes('${{'))
    faults.push({ pointer: at, message: 'is taken as it stands: there are no expressions in defaults' });
  return faults;
}

function orderFaults(field: InputField, pointer: string): FieldError[] {
  const pairs = [
    ['minimum', 'maximum'],
    ['min_length', 'max_length'],
  ] as const;
  return pairs
    .filter(([least, most]) => (field[least] ?? -Infinity) > (field[most] ?? Infinity))
    .map(([least, most]) => ({ pointer: pointerTo(pointer, least), message: `is above ${most}` }));
}

function patternFault(pattern: string): string | null {
  try {
    new Pattern(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
