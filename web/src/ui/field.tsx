import { clsx } from 'clsx';
import { useId, type ComponentProps, type ReactNode } from 'react';

export const inputShape =
  'h-8 w-full rounded-md border border-line-strong/70 bg-surface px-2.5 text-sm text-ink placeholder:text-muted ' +
  'aria-invalid:border-bad disabled:opacity-60';

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  fault?: string | undefined;
  children: (wiring: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

/** A label, its input, and what is to be said of it. */
export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const said = fault !== undefined || hint !== undefined;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        ...(said ? { 'aria-describedby': `${id}-said` } : {}),
        ...(fault === undefined ? {} : { 'aria-invalid': true }),
      })}
      {said && (
        <p id={`${id}-said`} className={clsx('text-xs', fault === undefined ? 'text-muted' : 'text-bad')}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...rest} className={clsx(inputShape, className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea {...rest} className={clsx(inputShape, 'h-auto min-h-20 py-1.5', className)} />;
}

/** The browser's own: it works with every keyboard, reader and telephone. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select {...rest} className={clsx(inputShape, 'pr-7', className)} />;
}
