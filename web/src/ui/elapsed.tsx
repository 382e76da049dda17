import { useEffect, useState } from 'react';
import { duration } from './time';

/** The time, anew each second. Stands still where there is nothing to count. */
export function useSecond(counts: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!counts) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, [counts]);
  return now;
}

/** How long something took, or has taken by now. @param to ISO 8601; null while it goes on */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  const now = useSecond(to === null);
  return <span className="tabular-nums">{duration(between(from, to === null ? now : Date.parse(to)))}</span>;
}

/** How long until then. */
export function Countdown({ until }: { until: string }) {
  const now = useSecond(true);
  const left = Date.parse(until) - now;
  return <span className="tabular-nums">{left > 0 ? `in ${duration(Math.max(1_000, left))}` : 'now'}</span>;
}

/** Clocks differ: no time is less than none. */
function between(from: string, to: number): number {
  return Math.max(0, to - Date.parse(from));
}
