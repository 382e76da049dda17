import { Minus, Pencil, Plus } from 'lucide-react';
import type { Mark } from './state-rows';

const looks = {
  added: { icon: Plus, tone: 'bg-ok-soft text-ok' },
  changed: { icon: Pencil, tone: 'bg-info-soft text-info' },
  removed: { icon: Minus, tone: 'bg-bad-soft text-bad' },
} as const;

/** What became of a value, by form, colour and name. */
export function ChangeMark({ mark }: { mark: Mark }) {
  const { icon: Icon, tone } = looks[mark];
  return (
    <span title={mark} className={`inline-flex size-5 shrink-0 items-center justify-center rounded ${tone}`}>
      <Icon aria-hidden className="size-3" />
      <span className="sr-only">{mark}</span>
    </span>
  );
}
