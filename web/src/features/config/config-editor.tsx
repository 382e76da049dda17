import { useState, type ReactNode } from 'react';
import { Button } from '../../ui/button';
import { Field, Textarea } from '../../ui/field';
import { checkForm, type FormFault } from './check-form';
import { withDefaults } from './form-defaults';
import { SchemaForm } from './schema-form';

/** A config larger than this, in characters of JSON, begins as text: a form of thousands of fields helps nobody. */
const largest = 60_000;

interface ConfigEditorProps {
  schema: object;
  value: unknown;
  onChange: (value: unknown) => void;
  onSubmit: (value: unknown) => void;
  faults?: readonly FormFault[];
  disabled?: boolean;
  /** What stands below: it must hold a button that submits. */
  children: ReactNode;
}

/** A value by its schema: as a form, or as the JSON that it is. */
export function ConfigEditor(props: ConfigEditorProps) {
  const { value } = props;
  const [asJson, setAsJson] = useState(() => JSON.stringify(value).length > largest);
  return (
    <div className="flex flex-col gap-3">
      <div role="group" aria-label="How to edit" className="flex gap-1 self-end">
        <Button look={asJson ? 'quiet' : 'plain'} aria-pressed={!asJson} onClick={() => setAsJson(false)}>
          Form
        </Button>
        <Button look={asJson ? 'plain' : 'quiet'} aria-pressed={asJson} onClick={() => setAsJson(true)}>
          JSON
        </Button>
      </div>
      {asJson ? <JsonEditor {...props} /> : <SchemaForm {...props} />}
    </div>
  );
}

/** The same as text; checked by the same schema when it is submitted. */
function JsonEditor({ schema, value, onChange, onSubmit, faults = [], disabled = false, children }: ConfigEditorProps) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [unreadable, setUnreadable] = useState<string>();
  const [found, setFound] = useState<readonly FormFault[]>([]);
  const change = (next: string): void => {
    setText(next);
    try {
      onChange(JSON.parse(next));
      setUnreadable(undefined);
    } catch (error) {
      setUnreadable((error as Error).message);
    }
  };
  const submit = (): void => {
    if (unreadable !== undefined) return;
    const whole = withDefaults(schema, value);
    const own = checkForm(schema, whole);
    setFound(own);
    if (own.length === 0) onSubmit(whole);
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field label="JSON" fault={unreadable}>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={24}
            spellCheck={false}
            disabled={disabled}
            className="font-mono text-xs"
            value={text}
            onChange={({ target }) => change(target.value)}
          />
        )}
      </Field>
      <FaultList faults={[...found, ...faults]} />
      {children}
    </form>
  );
}

export function FaultList({ faults }: { faults: readonly FormFault[] }) {
  if (faults.length === 0) return null;
  return (
    <ul role="alert" className="list-disc rounded-md bg-bad-soft py-2 pr-3 pl-7 text-sm">
      {faults.map(({ pointer, message }) => (
        <li key={`${pointer} ${message}`}>
          <code className="font-mono text-xs">{pointer || '/'}</code> {message}
        </li>
      ))}
    </ul>
  );
}
