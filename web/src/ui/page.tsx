import { ChevronRight } from 'lucide-react';
import { Fragment, useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';

interface PageProps {
  /** What the tab and the heading say. */
  title: string;
  /** What leads here: `[label, path]`. */
  trail?: readonly (readonly [string, string])[];
  /** Beside the heading: badges. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its place, its heading, what can be done, and the rest. */
export function Page({ title, trail = [], beside, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Ymera`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-screen-2xl flex-col gap-4 p-4 md:p-6">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          {trail.length > 0 && (
            <nav aria-label="Breadcrumb" className="mb-1 flex items-center gap-1 text-xs text-muted">
              {trail.map(([label, path]) => (
                <Fragment key={path}>
                  <Link to={path} className="underline-offset-2 hover:text-ink hover:underline">
                    {label}
                  </Link>
                  <ChevronRight aria-hidden className="size-3" />
                </Fragment>
              ))}
            </nav>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <h1 className="min-w-0 break-all">{title}</h1>
            {beside}
          </div>
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
