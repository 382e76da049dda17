import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { HistoryReader } from './history-reader';
import { advance, type Pace } from './playing';

const tickMs = 50;
/** For who wants less motion: nothing moves more than twice a second. */
const calmTickMs = 500;
/** What comes next is fetched when no more than so many events are left before it. */
const aheadEvents = 400;

export interface Player {
  playing: boolean;
  toggle: () => void;
  stop: () => void;
}

/** Plays from where the reader is to the last event. */
export function usePlayer(
  reader: HistoryReader,
  { at, head, pace, onMove }: { at: number; head: number; pace: Pace; onMove: (at: number) => void },
): Player {
  const [playing, setPlaying] = useState(false);
  const budget = useRef(0);
  const tick = useEffectEvent((passedMs: number) => {
    void reader.load(Math.min(at + aheadEvents, head)).catch(() => undefined);
    const next = advance(at, head, budget.current + passedMs, pace, (sequence) => reader.row(sequence)?.time);
    budget.current = next.budget;
    if (next.at !== at) onMove(next.at);
    if (next.at >= head) setPlaying(false);
  });
  useEffect(() => {
    if (!playing) return undefined;
    budget.current = 0;
    let last = performance.now();
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = window.setInterval(
      () => {
        const now = performance.now();
        tick(now - last);
        last = now;
      },
      calm ? calmTickMs : tickMs,
    );
    return () => window.clearInterval(timer);
  }, [playing]);
  return { playing, toggle: () => setPlaying((on) => !on), stop: () => setPlaying(false) };
}
