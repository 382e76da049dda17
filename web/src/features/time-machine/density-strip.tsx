import { memo, useMemo, type PointerEvent } from 'react';
import { barsOf, placeOf, type Bar, type Density, type Scale } from './density';
import { MessageMark, messageTypes } from './message-mark';

const fills = { EVENT: 'fill-info', NOTIFICATION: 'fill-warn', RESPONSE: 'fill-ok' } as const;

interface StripProps {
  scale: Scale;
  density: Density | undefined;
  /** On the scale: where the reader is, and with what that is compared. */
  here: number;
  pinned: number | null;
  /** The share of the strip that was pointed at, from 0 to 1. */
  onPoint: (share: number) => void;
}

/** When how much happened. What can be done with it by pointing, the slider below it does by keyboard. */
export function DensityStrip({ scale, density, here, pinned, onPoint }: StripProps) {
  const { by, from, to } = scale;
  const bars = useMemo(() => barsOf({ by, from, to }, density?.buckets ?? []), [by, from, to, density]);
  const point = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    if (event.buttons === 1) onPoint(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };
  return (
    <div
      className="relative h-16 cursor-crosshair touch-pan-y rounded-t-md bg-sunken"
      onPointerDown={point}
      onPointerMove={point}
    >
      <svg
        role="img"
        aria-label={`How many events there were over ${scale.by === 'time' ? 'time' : 'their numbers'}`}
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
      >
        {bars.map((bar) => (
          <BarOf key={bar.bucket.index} bar={bar} passed={bar.x <= placeOf(scale, here)} />
        ))}
      </svg>
      {pinned !== null && <Line share={placeOf(scale, pinned)} look="border-dashed border-warn" />}
      <Line share={placeOf(scale, here)} look="border-accent" />
    </div>
  );
}

function Line({ share, look }: { share: number; look: string }) {
  return (
    <div
      aria-hidden
      className={`pointer-events-none absolute inset-y-0 -ml-px border-l-2 ${look}`}
      style={{ left: `${share * 100}%` }}
    />
  );
}

/** Stacked: plain facts at the bottom, issues and answers above. What is yet to come is paler. */
const BarOf = memo(({ bar: { x, width, parts, bucket }, passed }: { bar: Bar; passed: boolean }) => {
  return (
    <g opacity={passed ? 1 : 0.45}>
      {parts.map(({ type, y, height }) => (
        <rect
          key={`${bucket.index} ${type}`}
          x={x}
          width={width * 0.86}
          y={y}
          height={height}
          className={fills[type]}
        />
      ))}
    </g>
  );
});
BarOf.displayName = 'BarOf';

/** How many of each there are. */
export const DensityLegend = memo(({ density }: { density: Density | undefined }) => {
  const names = { EVENT: 'facts', NOTIFICATION: 'issues', RESPONSE: 'answers' };
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {messageTypes.map((type) => (
        <li key={type} className="flex items-center gap-1">
          <MessageMark type={type} />
          <span className="tabular-nums">
            {(density?.buckets ?? []).reduce((sum, { counts }) => sum + counts[type], 0).toLocaleString()}
          </span>
          {names[type]}
        </li>
      ))}
    </ul>
  );
});
DensityLegend.displayName = 'DensityLegend';
