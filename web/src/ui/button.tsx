import { clsx } from 'clsx';
import type { ComponentProps } from 'react';
import { Link, type LinkProps } from 'react-router';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink border-transparent hover:brightness-110',
  plain: 'bg-surface border-line-strong/60 hover:bg-sunken',
  quiet: 'border-transparent hover:bg-sunken text-muted hover:text-ink',
  danger: 'bg-surface border-bad/60 text-bad hover:bg-bad-soft',
};

const shape =
  'inline-flex h-8 items-center justify-center gap-1.5 rounded-md border px-3 text-sm font-medium whitespace-nowrap ' +
  'transition-colors disabled:opacity-50 disabled:cursor-not-allowed aria-disabled:opacity-50';

interface LookProps {
  look?: Look;
}

/** A button; `busy` says that what it asked for is under way, and keeps it from being asked twice. */
export function Button({
  look = 'plain',
  busy = false,
  className,
  children,
  ...rest
}: ComponentProps<'button'> & LookProps & { busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy}
      className={clsx(shape, looks[look], className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({ look = 'plain', className, ...rest }: LinkProps & LookProps) {
  return <Link {...rest} className={clsx(shape, looks[look], className)} />;
}

/** A button that is an icon alone; its name is read out and shown on hover. */
export function IconButton({ name, className, ...rest }: ComponentProps<'button'> & { name: string }) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      {...rest}
      className={clsx(
        'inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink disabled:opacity-50',
        className,
      )}
    />
  );
}

export function Spinner() {
  return (
    <span aria-hidden className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent" />
  );
}
