import { Badge, type Tone } from '../../ui/badge';
import { changesOf, type Change } from './config-changes';

const tones: Record<Change['change'], Tone> = { added: 'ok', removed: 'bad', changed: 'warn' };
/** More than these are counted only. */
const mostShown = 200;

/** What leads from one config to another, a place a line. */
export function ChangesList({ before, after, label }: { before: unknown; after: unknown; label: string }) {
  const changes = changesOf(before, after);
  if (changes.length === 0) return <p className="text-muted">Nothing differs.</p>;
  return (
    <>
      <ul aria-label={label} className="flex flex-col divide-y divide-line rounded-md border border-line">
        {changes.slice(0, mostShown).map(({ path, change, before: was, after: is }) => (
          <li key={`${path} ${change}`} className="flex flex-col gap-1 px-3 py-2 text-sm">
            <span className="flex flex-wrap items-center gap-2">
              <Badge tone={tones[change]}>{change}</Badge>
              <code className="font-mono text-xs break-all">{path === '' ? 'everything' : path}</code>
            </span>
            {change !== 'added' && <Value sign="−" word="before" tone="bg-bad-soft" value={was} />}
            {change !== 'removed' && <Value sign="+" word="after" tone="bg-ok-soft" value={is} />}
          </li>
        ))}
      </ul>
      {changes.length > mostShown && <p className="mt-2 text-muted">And {changes.length - mostShown} more.</p>}
    </>
  );
}

function Value({ sign, word, tone, value }: { sign: string; word: string; tone: string; value: unknown }) {
  return (
    <pre
      tabIndex={0}
      aria-label={word}
      role="group"
      className={`max-h-40 overflow-auto rounded px-2 py-1 font-mono text-xs whitespace-pre-wrap break-all ${tone}`}
    >
      <span aria-hidden>{sign} </span>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
