import type { InputField } from '../../../../actors/runbook/document';
import { Field, Input, Select, Textarea } from '../../ui/field';
import { isLines, textOf, type Declared, type Texts } from './input-values';

interface InputFormProps {
  declared: Declared;
  texts: Texts;
  /** By name: what is wrong. */
  faults: Readonly<Record<string, string>>;
  onChange: (name: string, text: string) => void;
}

/** A field for each input that a runbook declares. */
export function InputForm({ declared, texts, faults, onChange }: InputFormProps) {
  const fields = Object.entries(declared);
  if (fields.length === 0) return <p className="text-muted">This runbook takes no input.</p>;
  return fields.map(([name, field]) => (
    <Field
      key={name}
      label={
        <>
          <code className="font-mono text-[0.8125rem]">{name}</code>{' '}
          <span className="font-normal text-muted">
            {kindOf(field)}
            {(field.required ?? field.default === undefined) ? ', required' : ''}
          </span>
        </>
      }
      hint={hintOf(field)}
      fault={faults[name]}
    >
      {(wiring) => {
        const value = texts[name] ?? textOf(field);
        const props = { ...wiring, value, onChange: change };
        function change({ target }: { target: { value: string } }): void {
          onChange(name, target.value);
        }
        const options = optionsOf(field);
        if (options !== null) {
          return (
            <Select {...props}>
              {field.default === undefined && <option value="">not given</option>}
              {options.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </Select>
          );
        }
        if (field.type === 'array' || field.type === 'object')
          return <Textarea {...props} rows={3} className="font-mono" />;
        return (
          <Input {...props} inputMode={field.type === 'number' || field.type === 'integer' ? 'decimal' : 'text'} />
        );
      }}
    </Field>
  ));
}

function kindOf(field: InputField): string {
  if (isLines(field)) return 'list, one a line';
  if (field.type === 'array') return 'list, as JSON';
  return field.type === 'object' ? 'object, as JSON' : field.type;
}

function optionsOf(field: InputField): string[] | null {
  if (field.type === 'boolean') return ['true', 'false'];
  return field.enum?.map((value) => textOf(field, value)) ?? null;
}

function hintOf({ type, description, pattern }: InputField): string | undefined {
  const secret = type === 'secret' ? 'A reference, never the value: secret://name.' : undefined;
  const shape = pattern === undefined ? undefined : `Must match ${pattern}`;
  const parts = [description, secret, shape].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}
