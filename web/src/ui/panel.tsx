import { clsx } from 'clsx';
import { useId, type ReactNode } from 'react';

interface PanelProps {
  title?: ReactNode;
  /** Beside the title, at the right. */
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without room around what is inside: for tables. */
  flush?: boolean;
}

/** A box with a title: the unit that pages are made of. */
export function Panel({ title, actions, children, className, flush = false }: PanelProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className={clsx('min-w-0 rounded-lg border border-line bg-surface', className)}
    >
      {title !== undefined && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 id={id}>{title}</h2>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={flush ? undefined : 'p-4'}>{children}</div>
    </section>
  );
}
