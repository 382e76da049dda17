import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface DataTableProps {
  /** Read out for the table, and for the region that scrolls it. */
  label: string;
  /** The heads of the columns; `null` for one whose cells say by themselves what they are, such as buttons. */
  head: readonly (ReactNode | null)[];
  children: ReactNode;
  className?: string;
}

/** A table that scrolls by itself where the page is too narrow for it. Its rows are `tr` with `td`. */
export function DataTable({ label, head, children, className }: DataTableProps) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className={clsx('relative overflow-x-auto', className)}>
      <table className="w-full text-left text-sm [&_td]:px-4 [&_td]:py-2 [&_td]:align-baseline [&_th]:px-4">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-muted">
            {head.map((title, column) => (
              <th key={column} scope="col" className="py-2 font-medium whitespace-nowrap">
                {title ?? <span className="sr-only">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr+tr]:border-t [&>tr+tr]:border-line">{children}</tbody>
      </table>
    </div>
  );
}
