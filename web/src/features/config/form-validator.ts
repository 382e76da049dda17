import { toErrorList, type ErrorSchema, type RJSFSchema, type ValidatorType } from '@rjsf/utils';
import { partsOf } from '../../../../actors/core/json-pointer';
import { accepts, checkForm, type FormFault } from './check-form';
import { withDefaults } from './form-defaults';

/** The form's way to ask whether a value is right: it needs no `eval`, which the content security policy refuses. */
export const formValidator: ValidatorType = {
  validateFormData(value, schema) {
    const errorSchema = errorSchemaOf(checkForm(schema, withDefaults(schema, value)));
    return { errors: toErrorList(errorSchema), errorSchema };
  },
  // The form asks so only which option of a choice a value has chosen.
  isValid: (schema: RJSFSchema, value: unknown) => accepts(schema, value),
  rawValidation: <Result>(schema: RJSFSchema, value?: unknown) => ({ errors: checkForm(schema, value) as Result[] }),
};

/** Faults by pointer as the form has them: a tree with the messages at the places they are about. */
export function errorSchemaOf(faults: readonly FormFault[]): ErrorSchema {
  const root: ErrorSchema = {};
  for (const { pointer, message } of faults) {
    let place = root as Record<string, ErrorSchema>;
    for (const name of partsOf(pointer)) {
      place = (place[name] ??= {}) as Record<string, ErrorSchema>;
    }
    const there = place as ErrorSchema;
    there.__errors = [...(there.__errors ?? []), message];
  }
  return root;
}
