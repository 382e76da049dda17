import type { RJSFSchema } from '@rjsf/utils';
import { chosenOption } from './form-schema';

/** A value with the defaults of what must be there and is not, as the API fills them in. */
export function withDefaults(schema: RJSFSchema, value: unknown): unknown {
  if (schema.anyOf) {
    const chosen = chosenOption(schema.anyOf as RJSFSchema[], value);
    return chosen ? withDefaults(chosen, value) : value;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return typeof items === 'object' && !Array.isArray(items) ? value.map((item) => withDefaults(items, item)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return { ...filled(schema, value as Record<string, unknown>) };
}

function filled(schema: RJSFSchema, value: Record<string, unknown>): Record<string, unknown> {
  const patterns = Object.entries(schema.patternProperties ?? {});
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const own = schema.properties?.[name] ?? patterns.find(([pattern]) => new RegExp(pattern, 'u').test(name))?.[1];
    return [name, typeof own === 'object' ? withDefaults(own, member) : member];
  });
  const missing = (schema.required ?? []).flatMap((name): [string, unknown][] => {
    const property = schema.properties?.[name];
    if (typeof property !== 'object' || property.default === undefined || value[name] !== undefined) return [];
    return [[name, withDefaults(property, property.default)]];
  });
  return Object.fromEntries([...members.filter(([, member]) => member !== undefined), ...missing]);
}
