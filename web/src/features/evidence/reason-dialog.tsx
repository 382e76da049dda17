import type { FormEvent } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Input, Textarea } from '../../ui/field';
import { Problem } from '../../ui/states';

interface ReasonDialogProps {
  title: string;
  description: string;
  /** What is asked for beside the reason. */
  fields?: readonly { name: string; label: string; hint?: string; value?: string }[];
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  /** @param said by name, `reason` among it */
  onSubmit: (said: Record<string, string>) => void;
}

/** For what is done only with a reason that comes on record. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, description, fields = [], action, danger = false, busy, error, onClose, onSubmit } = props;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {fields.map(({ name, label, hint, value }) => (
          <Field key={name} label={label} {...(hint === undefined ? {} : { hint })}>
            {(wiring) => <Input {...wiring} name={name} required autoCapitalize="none" defaultValue={value} />}
          </Field>
        ))}
        <Field label="Reason" hint="It comes on record.">
          {(wiring) => <Textarea {...wiring} name="reason" required maxLength={500} />}
        </Field>
        {error !== null && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
