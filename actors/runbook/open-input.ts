import type { TSchema } from '@sinclair/typebox';

type Json = Record<string, unknown>;

const anyText = new Set(['pattern', 'format', 'minLength', 'maxLength', 'enum', 'const']);

/**
 * An action's input as a runbook may write it: wherever the action asks for something, one expression will do, and what has a
 * default may be left out. Keywords that JSON Schema lacks are gone, but for `secret`, which becomes `writeOnly`.
 */
export function openInput(schema: TSchema): Json {
  return opened(schema, true);
}

function opened(schema: TSchema, whole = false): Json {
  const copy: Json = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const kept = keywordOf(keyword, value, schema);
    if (kept !== undefined) copy[keyword] = kept;
  }
  if (schema.secret === true) copy.writeOnly = true;
  if (whole || takesAnyText(schema)) return copy;
  const { title, description, default: preset, writeOnly, ...rest } = copy;
  const notes = Object.fromEntries(
    Object.entries({ title, description, default: preset, writeOnly }).filter(([, note]) => note !== undefined),
  );
  const others = [
    { $ref: '#/$defs/expression' },
    ...(schema.type === 'string' && schema.enum === undefined ? [{ $ref: '#/$defs/secret' }] : []),
  ];
  return { ...notes, anyOf: [rest, ...others] };
}

function keywordOf(keyword: string, value: unknown, schema: TSchema): unknown {
  switch (keyword) {
    case 'properties':
    case 'patternProperties':
      return Object.fromEntries(
        Object.entries(value as Record<string, TSchema>).map(([name, one]) => [name, opened(one)]),
      );
    case 'items':
    case 'additionalProperties':
      return typeof value === 'object' && value !== null ? opened(value as TSchema) : value;
    case 'anyOf':
    case 'allOf':
      return (value as TSchema[]).map((one) => opened(one, true));
    case 'required': {
      const properties = (schema.properties as Record<string, TSchema> | undefined) ?? {};
      const needed = (value as string[]).filter((name) => properties[name]?.default === undefined);
      return needed.length > 0 ? needed : undefined;
    }
    default:
      return plainKeywords.has(keyword) ? value : undefined;
  }
}

const plainKeywords = new Set([
  ...['type', 'title', 'description', 'default', 'examples', 'enum', 'const', 'format', 'pattern'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
]);

/** Whether an expression fits as it is. */
function takesAnyText(schema: TSchema): boolean {
  if (schema.type === 'string') return !Object.keys(schema).some((keyword) => anyText.has(keyword));
  return (
    schema.type === undefined && schema.anyOf === undefined && schema.allOf === undefined && schema.const === undefined
  );
}
