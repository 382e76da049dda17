import { Field, Input } from '../../ui/field';

/** Why something is done: it is kept in the events. */
export function ReasonField({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <Field label="Reason" hint="Kept with the events that follow from it.">
      {(wiring) => (
        <Input {...wiring} maxLength={1000} value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </Field>
  );
}
