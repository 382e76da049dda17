import type { InputField } from '../../../../actors/runbook/document';

export type Declared = Readonly<Record<string, InputField>>;
/** What stands in each field, as text. */
export type Texts = Readonly<Record<string, string>>;

/** What a field shows before anybody has changed it. */
export function textOf(field: InputField, value: unknown = field.default): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (isLines(field) && Array.isArray(value)) return value.join('\n');
  return JSON.stringify(value, null, typeof value === 'object' ? 2 : 0);
}

/** Lists of texts are written one a line. */
export function isLines({ type, items }: InputField): boolean {
  return type === 'array' && items === 'string';
}

export interface ReadInput {
  input: Record<string, unknown>;
  /** By name. */
  faults: Record<string, string>;
}

/** The input that the texts say. An empty field is one that is not given. */
export function readInput(declared: Declared, texts: Texts): ReadInput {
  const read: ReadInput = { input: {}, faults: {} };
  for (const [name, field] of Object.entries(declared)) {
    const text = texts[name] ?? textOf(field);
    if (text.trim() === '') {
      if (field.required ?? field.default === undefined) read.faults[name] = 'is required';
      continue;
    }
    const value = valueOf(field, text);
    if (value === undefined) read.faults[name] = wrong[field.type] ?? 'is not JSON';
    else read.input[name] = value;
  }
  return read;
}

const wrong: Partial<Record<InputField['type'], string>> = {
  integer: 'is not a whole number',
  number: 'is not a number',
  boolean: 'is not true or false',
  array: 'is not a list, as JSON',
  object: 'is not an object, as JSON',
};

/** @returns undefined where the text is no such value */
function valueOf(field: InputField, text: string): unknown {
  if (field.type === 'string' || field.type === 'secret') return text;
  if (isLines(field)) return text.split('\n').filter((line) => line !== '');
  const value = parsed(text);
  switch (field.type) {
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'array':
      return Array.isArray(value) ? value : undefined;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
