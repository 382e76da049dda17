import { Kind, Type, TypeRegistry, type SchemaOptions, type TUnsafe } from '@sinclair/typebox';

const kind = 'StringEnum';

TypeRegistry.Set<{ enum: string[] }>(kind, (schema, value) => typeof value === 'string' && schema.enum.includes(value));

/** A choice of strings as JSON Schema's plain `enum`, which forms and people read better than a union of constants. */
export function stringEnum<const T extends string>(values: T[], options: SchemaOptions = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ ...options, [Kind]: kind, type: 'string', enum: values });
}
