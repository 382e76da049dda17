// Its index leads to what only its own tests need, and have.
import Form from '@rjsf/core/lib/components/Form.js';
import type { ReactNode } from 'react';
import { useMemo } from 'react';
import type { FormFault } from './check-form';
import { withDefaults } from './form-defaults';
import { CheckboxWidget, JsonField, SelectWidget, TextareaWidget, TextInput } from './form-inputs';
import { ListItemTemplate, ListTemplate } from './form-lists';
import { formSchema } from './form-schema';
import { ChoiceTemplate, FieldTemplate, ObjectTemplate, OptionalTemplate } from './form-templates';
import { errorSchemaOf, formValidator } from './form-validator';

const templates = {
  FieldTemplate,
  ObjectFieldTemplate: ObjectTemplate,
  ArrayFieldTemplate: ListTemplate,
  ArrayFieldItemTemplate: ListItemTemplate,
  MultiSchemaFieldTemplate: ChoiceTemplate,
  OptionalDataControlsTemplate: OptionalTemplate,
  BaseInputTemplate: TextInput,
};
const widgets = { CheckboxWidget, SelectWidget, TextareaWidget };
const fields = { Json: JsonField };

interface SchemaFormProps {
  /** A JSON Schema of an object, 2020-12. */
  schema: object;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Called with a value that the schema accepts, its defaults filled in. */
  onSubmit: (value: unknown) => void;
  /** What somebody else has against the value, such as the API. */
  faults?: readonly FormFault[];
  disabled?: boolean;
  /** What submits it, and what else belongs below. */
  children: ReactNode;
}

/** A form made of a JSON Schema, which also decides what it takes. */
export function SchemaForm({
  schema,
  value,
  onChange,
  onSubmit,
  faults = [],
  disabled = false,
  children,
}: SchemaFormProps) {
  const made = useMemo(() => formSchema(schema), [schema]);
  const extraErrors = useMemo(() => errorSchemaOf(faults), [faults]);
  return (
    <Form
      schema={made.schema}
      uiSchema={made.uiSchema}
      validator={formValidator}
      templates={templates}
      widgets={widgets}
      fields={fields}
      formData={value}
      disabled={disabled}
      extraErrors={extraErrors}
      extraErrorsBlockSubmit={false}
      showErrorList={false}
      noHtml5Validate
      focusOnFirstError
      // What need not be there is there only where somebody says so.
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'populateRequiredDefaults' }}
      onChange={({ formData }) => onChange(formData)}
      // What is wrong stands at its place; without this the form would tell the browser's console too.
      onError={() => undefined}
      onSubmit={({ formData }) => onSubmit(withDefaults(made.schema, formData))}
      className="flex flex-col gap-4"
    >
      {children}
    </Form>
  );
}
