import { ArrowRight } from 'lucide-react';
import type { ValueChange } from '../../../../actors/core/json-changes';
import { ChangeMark } from './change-mark';
import { markOf, mostChanges, shortValue } from './state-rows';

/** Values that differ: which, what they were, what they became. */
export function ChangeList({
  changes,
  onField,
}: {
  changes: readonly ValueChange[];
  onField?: (pointer: string) => void;
}) {
  if (changes.length === 0) return <p className="px-4 py-3 text-muted">Nothing differs.</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {changes.map((change) => (
          <li key={change.path} className="flex items-start gap-2 px-4 py-1.5">
            <ChangeMark mark={markOf(change)} />
            <div className="min-w-0 flex-1 font-mono text-xs leading-5">
              {onField === undefined ? (
                <span className="break-all">{change.path}</span>
              ) : (
                <button
                  type="button"
                  title={`Who changed ${change.path}`}
                  className="min-h-6 text-left break-all underline decoration-line-strong/50 underline-offset-2 hover:decoration-current"
                  onClick={() => onField(change.path)}
                >
                  {change.path}
                </button>
              )}
              <div className="flex flex-wrap items-center gap-x-2">
                {'before' in change && <del className="break-all text-bad">{shortValue(change.before)}</del>}
                {'before' in change && 'after' in change && (
                  <ArrowRight aria-label="became" className="size-3 text-muted" />
                )}
                {'after' in change && <ins className="break-all text-ok no-underline">{shortValue(change.after)}</ins>}
              </div>
            </div>
          </li>
        ))}
      </ul>
      {changes.length >= mostChanges && (
        <p className="border-t border-line px-4 py-2 text-xs text-muted">
          The first {mostChanges} are shown; there are more.
        </p>
      )}
    </>
  );
}
