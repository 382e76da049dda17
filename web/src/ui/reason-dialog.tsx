import { useState, type ReactNode } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Field, Textarea } from './field';
import { Problem } from './states';

interface ReasonDialogProps {
  open: boolean;
  title: string;
  description?: ReactNode;
  /** What its button says. */
  action: string;
  /** It can not be taken back. */
  danger?: boolean;
  required?: boolean;
  /** Most characters of a reason; 1,000 unless told. */
  most?: number;
  busy: boolean;
  error: unknown;
  /** More to choose, above the reason. */
  children?: ReactNode;
  onClose: () => void;
  onConfirm: (reason: string) => void;
}

/** Asks once more, and why. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { open, title, description, onClose } = props;
  return (
    <Dialog open={open} onClose={onClose} title={title} description={description}>
      <ReasonForm {...props} />
    </Dialog>
  );
}

function ReasonForm({
  action,
  danger = false,
  required = false,
  most = 1_000,
  busy,
  error,
  children,
  onClose,
  onConfirm,
}: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm(reason.trim());
      }}
    >
      {children}
      <Field label="Reason" hint={required ? 'Required; kept on record.' : 'Kept on record.'}>
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={2}
            maxLength={most}
            required={required}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      {error !== null && error !== undefined && <Problem error={error} />}
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
