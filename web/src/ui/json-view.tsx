import { clsx } from 'clsx';
import { useState } from 'react';
import { Button } from './button';

/** More lines than these are shown only when asked for. */
const mostLines = 400;

/** A value as JSON, to read and to copy. */
export function JsonView({ value, label, className }: { value: unknown; label: string; className?: string }) {
  const [all, setAll] = useState(false);
  const lines = JSON.stringify(value, null, 2)?.split('\n') ?? ['undefined'];
  const shown = all ? lines : lines.slice(0, mostLines);
  return (
    <>
      <pre
        // A reader of the keyboard must be able to scroll it.
        tabIndex={0}
        role="region"
        aria-label={label}
        className={clsx('max-h-[32rem] overflow-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5', className)}
      >
        {shown.join('\n')}
      </pre>
      {shown.length < lines.length && <Button onClick={() => setAll(true)}>Show all {lines.length} lines</Button>}
    </>
  );
}
