import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { DomainError, type DomainErrorCode, type FieldError } from './errors';
import { jsonBytes } from './json-size';
import type { AnyKind } from './kind';
import { mostConfigBytes } from './limits';

const mostErrors = 20;

/**
 * `value`, checked against the schema; where it lacks something, a copy with the schema's defaults filled in.
 * @throws DomainError with `code` and a JSON Pointer per fault
 */
export function checked<T>(schema: TSchema, value: unknown, code: DomainErrorCode, what: string): T {
  // Most of what comes in is complete.
  if (Value.Check(schema, value)) return value as T;
  const filled: unknown = Value.Default(schema, Value.Clone(value));
  if (Value.Check(schema, filled)) return filled as T;
  const fields: FieldError[] = [];
  for (const error of Value.Errors(schema, filled)) {
    fields.push({ pointer: error.path, message: error.message });
    if (fields.length === mostErrors) break;
  }
  throw new DomainError(code, `${what} is not valid`, fields);
}

/**
 * A config of this kind with its defaults filled in.
 * @throws DomainError `invalid_config`
 */
export function checkedConfig(kind: AnyKind, config: unknown): unknown {
  const limit = kind.mostConfigBytes ?? mostConfigBytes;
  if (jsonBytes(config) > limit) {
    throw new DomainError('invalid_config', `the config of a ${kind.name} agent is larger than ${limit} bytes`);
  }
  const filled = checked(kind.config, config ?? {}, 'invalid_config', `the config of a ${kind.name} agent`);
  const fields = kind.checkConfig?.(filled) ?? [];
  if (fields.length > 0)
    throw new DomainError('invalid_config', `the config of a ${kind.name} agent is not valid`, fields);
  return filled;
}
