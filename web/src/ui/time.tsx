import { useSyncExternalStore } from 'react';

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago (or until then), in the largest unit that it fills. @param now ms since 1970 */
export function ago(iso: string, now: number): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** A length of time in ms, as people say it: `850 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.floor((ms % 86_400_000) / 3_600_000)} h`;
}

/** One clock for all that shows how long ago something was, so that a page of 2,000 rows has one timer. */
const ticking = {
  now: Date.now(),
  listeners: new Set<() => void>(),
  timer: 0,
  subscribe: (listener: () => void): (() => void) => {
    ticking.listeners.add(listener);
    if (ticking.listeners.size === 1) {
      ticking.timer = window.setInterval(() => {
        ticking.now = Date.now();
        for (const each of ticking.listeners) each();
      }, 5_000);
    }
    return () => {
      ticking.listeners.delete(listener);
      if (ticking.listeners.size === 0) window.clearInterval(ticking.timer);
    };
  },
};

export function useNow(): number {
  return useSyncExternalStore(ticking.subscribe, () => ticking.now);
}

interface TimeProps {
  /** ISO 8601. */
  at: string;
  /** `full`: date and time. `clock`: the time of day. `ago`: how long ago. */
  as?: 'full' | 'clock' | 'ago';
}

/** A moment in the reader's zone; UTC on hover. */
export function Time({ at, as = 'full' }: TimeProps) {
  return (
    <time dateTime={at} title={`${new Date(at).toISOString()} (UTC)`} className="whitespace-nowrap tabular-nums">
      {as === 'ago' ? <Ago at={at} /> : (as === 'clock' ? clock : full).format(new Date(at))}
    </time>
  );
}

function Ago({ at }: { at: string }) {
  return ago(at, Math.max(useNow(), Date.parse(at)));
}
