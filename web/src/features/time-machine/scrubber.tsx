import type { KeyboardEvent } from 'react';
import { placeOf, scaleOf, sequenceNear, timeNear, type By, type Density } from './density';
import { DensityStrip } from './density-strip';

interface ScrubberProps {
  at: number;
  first: number;
  head: { sequence: number; time: string };
  by: By;
  density: Density | undefined;
  pinned: number | null;
  /** What is known of an event: its time, and what is read out. */
  timeOf: (sequence: number) => number | undefined;
  said: string;
  onMove: (at: number) => void;
}

/** A slider over all events of a history: arrows go by one, Page keys by a twentieth, Home and End to the ends. */
export function Scrubber({ at, first, head, by, density, pinned, timeOf, said, onMove }: ScrubberProps) {
  const buckets = density?.buckets ?? [];
  const scale = scaleOf(buckets, by, first, head);
  const within = (sequence: number): number => Math.min(head.sequence, Math.max(first, Math.round(sequence)));
  const valueOf = (sequence: number): number =>
    by === 'sequence' ? sequence : (timeOf(sequence) ?? timeNear(buckets, sequence, head));
  const moveTo = (value: number): void =>
    onMove(within(by === 'sequence' ? value : sequenceNear(buckets, value, head.sequence)));
  const page = Math.max(10, Math.round((head.sequence - first) / 20));
  const steps: Partial<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - page,
    PageUp: at + page,
    Home: first,
    End: head.sequence,
  };
  const press = (event: KeyboardEvent): void => {
    const to = steps[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onMove(within(to));
  };
  const value = valueOf(at);
  return (
    <div>
      <DensityStrip
        scale={scale}
        density={density}
        here={value}
        pinned={pinned === null ? null : valueOf(pinned)}
        onPoint={(share) => moveTo(scale.from + share * (scale.to - scale.from))}
      />
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={said}
        min={scale.from}
        max={Math.max(scale.to, scale.from + 1)}
        step={1}
        value={placeOf(scale, value) === 1 ? Math.max(scale.to, scale.from + 1) : value}
        onChange={(event) => moveTo(event.currentTarget.valueAsNumber)}
        onKeyDown={press}
        // As much wider than the strip as the thumb is, so that its middle stands below the line.
        className="-mx-2 block h-6 w-[calc(100%+1rem)] cursor-ew-resize accent-accent"
      />
    </div>
  );
}
