import type { BaseInputTemplateProps, FieldProps, WidgetProps } from '@rjsf/utils';
import { useState } from 'react';
import { Input, Select, Textarea } from '../../ui/field';
import { saidId } from './form-ids';

type Wired = Pick<WidgetProps, 'id' | 'rawErrors' | 'disabled' | 'readonly'>;

function wiring({ id, rawErrors, disabled, readonly }: Wired) {
  return {
    id,
    name: id,
    disabled: disabled === true || readonly === true,
    'aria-describedby': saidId(id),
    ...(rawErrors && rawErrors.length > 0 ? { 'aria-invalid': true as const } : {}),
  };
}

/** One line of text, or a number. */
export function TextInput(props: BaseInputTemplateProps) {
  const { id, schema, onChange, onBlur, onFocus, options, label, hideLabel } = props;
  const value = props.value as string | number | undefined;
  const byDefault: unknown = schema.default;
  const isNumber = schema.type === 'number' || schema.type === 'integer';
  return (
    <Input
      {...wiring(props)}
      {...(hideLabel ? { 'aria-label': label } : {})}
      type={isNumber ? 'number' : 'text'}
      step={schema.type === 'integer' ? 1 : 'any'}
      autoComplete="off"
      spellCheck={false}
      value={value ?? ''}
      placeholder={typeof byDefault === 'string' || typeof byDefault === 'number' ? String(byDefault) : undefined}
      onChange={({ target }) => onChange(target.value === '' ? (options.emptyValue as unknown) : target.value)}
      onBlur={({ target }) => onBlur(id, target.value)}
      onFocus={({ target }) => onFocus(id, target.value)}
    />
  );
}

export function TextareaWidget(props: WidgetProps) {
  const { onChange, options, label, hideLabel } = props;
  const value = props.value as string | undefined;
  return (
    <Textarea
      {...wiring(props)}
      {...(hideLabel ? { 'aria-label': label } : {})}
      rows={3}
      spellCheck={false}
      className="font-mono text-xs"
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value === '' ? (options.emptyValue as unknown) : target.value)}
    />
  );
}

export function CheckboxWidget(props: WidgetProps) {
  const { onChange, label } = props;
  const value: unknown = props.value;
  return (
    <label className="flex min-h-6 items-center gap-2 text-sm font-medium">
      <input
        {...wiring(props)}
        type="checkbox"
        className="size-4 accent-accent"
        checked={value === true}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}

/** One of a few values, or one of a few forms that an object may have. */
export function SelectWidget(props: WidgetProps) {
  const { onChange, label, required, schema, options, multiple } = props;
  const value: unknown = props.value;
  const choices = options.enumOptions ?? [];
  const isForm = typeof choices[0]?.value === 'number' && schema.type === 'number' && schema.default === 0;
  if (multiple) return <Choices {...props} />;
  const chosen = choices.findIndex((choice) => choice.value === value);
  return (
    <Select
      {...wiring(props)}
      {...(isForm ? { 'aria-label': label || 'Form' } : {})}
      value={chosen === -1 ? '' : String(chosen)}
      onChange={({ target }) => onChange(target.value === '' ? undefined : choices[Number(target.value)]?.value)}
    >
      {(chosen === -1 || !required) && !isForm && <option value="">–</option>}
      {choices.map((choice, index) => (
        <option key={String(choice.value)} value={String(index)}>
          {choice.label}
        </option>
      ))}
    </Select>
  );
}

/** Any number of a few values. */
function Choices({ id, value, onChange, label, options, disabled, readonly }: WidgetProps) {
  const chosen = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-3">
      {options.enumOptions?.map((choice) => (
        <label key={String(choice.value)} className="flex min-h-6 items-center gap-1.5 text-sm">
          <input
            type="checkbox"
            name={id}
            className="size-4 accent-accent"
            disabled={disabled === true || readonly === true}
            checked={chosen.includes(choice.value)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, choice.value] : chosen.filter((one) => one !== choice.value))
            }
          />
          {choice.label}
        </label>
      ))}
    </div>
  );
}

/** What the schema leaves open, as JSON. It is taken on as soon as it can be read. */
export function JsonField({ fieldPathId, formData, onChange, schema, disabled, readonly, rawErrors }: FieldProps) {
  const [text, setText] = useState(() => JSON.stringify(formData ?? {}, null, 2));
  const [fault, setFault] = useState<string | null>(null);
  const id = fieldPathId.$id;
  const change = (next: string): void => {
    setText(next);
    try {
      onChange(JSON.parse(next), fieldPathId.path);
      setFault(null);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {schema.title ?? 'Value'} <span className="font-normal text-muted">(JSON)</span>
      </label>
      {schema.description !== undefined && <p className="text-xs text-muted">{schema.description}</p>}
      <Textarea
        {...wiring({ id, rawErrors, disabled, readonly })}
        rows={Math.min(12, text.split('\n').length + 1)}
        spellCheck={false}
        className="font-mono text-xs"
        value={text}
        onChange={({ target }) => change(target.value)}
      />
      {fault !== null && (
        <p role="alert" className="text-xs text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
