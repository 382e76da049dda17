import { Type, type TBoolean, type TNumber, type TString } from '@sinclair/typebox';

/** Parts of inputs that several actions share. */

export const pathField = (description: string): TString =>
  Type.String({ description, minLength: 1, maxLength: 4096, pattern: '^[^\\u0000]+$' });

export const urlField = (options: object = {}): TString =>
  Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$', ...options });

export const secondsField = (description: string, byDefault: number): TNumber =>
  Type.Number({ description, minimum: 0.05, maximum: 86_400, default: byDefault });

export const failField: TBoolean = Type.Boolean({
  description: 'Whether a bad answer fails the step; otherwise it is told in `ok` only.',
  default: true,
});
