import { CircleAlert, Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { Button } from './button';

/** Nothing is here, and what would bring something here. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center text-muted">
      <Inbox aria-hidden className="size-8 opacity-60" />
      <p className="font-medium text-ink">{title}</p>
      {children !== undefined && <div className="max-w-prose">{children}</div>}
    </div>
  );
}

/** It is on its way. Keeps about the room that what comes will take, so that nothing jumps. */
export function Loading({ rows = 5, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex animate-pulse flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden className="h-4 rounded bg-sunken" />
      ))}
    </div>
  );
}

/** What was refused or did not come, with each place that is at fault. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, detail, errors, code } = asProblem(error);
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-bad/40 bg-bad-soft p-3 text-sm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-bad">{message}</p>
        {detail !== '' && detail !== message && <p className="break-words">{detail}</p>}
        {errors.length > 0 && (
          <ul className="mt-1 list-disc pl-5">
            {errors.map(({ pointer, message: fault }) => (
              <li key={`${pointer} ${fault}`}>
                <code className="font-mono text-xs">{pointer || '/'}</code>: {fault}
              </li>
            ))}
          </ul>
        )}
        <p className="mt-1 font-mono text-xs text-muted">{code}</p>
      </div>
      {onRetry && (
        <Button onClick={onRetry} className="self-start">
          Try again
        </Button>
      )}
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** What a query brought, or how it stands with it: what is there stays while it is asked for again. */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  query: QueryLike<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}
