import { useEffect, useEffectEvent, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lineLooks, lookOf } from './line-looks';
import type { Aligned } from './lines';
import { format, type Unit } from './units';
import { useThemeChanges } from './use-theme-changes';

const height = 180;

interface TimeChartProps {
  data: Aligned;
  unit: Unit;
  /** Which of the moments the reader points at; null where at none. */
  onPoint: (place: number | null) => void;
}

/** Lines over time on a canvas. It is for eyes and a mouse alone: what it shows is said in words and a table beside it. */
export function TimeChart({ data, unit, onPoint }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const inks = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const point = useEffectEvent(onPoint);
  const theme = useThemeChanges();
  const shape = data.labels.join('\n');
  const current = useRef(data);
  useEffect(() => {
    current.current = data;
    plot.current?.setData([data.times, ...data.columns]);
  }, [data]);
  // Made anew where lines come or go, and in another light: a canvas does not follow the tokens by itself.
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const ink = (name: string): string => getComputedStyle(inks.current?.querySelector(`.${name}`) ?? element).color;
    const made = new UPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        scales: { y: { range: (_, least, most) => [Math.min(0, least ?? 0), most > 0 ? most * 1.08 : 1] } },
        axes: [
          { ...axis(ink), values: (_, times) => times.map(clockOf(times)) },
          { ...axis(ink), size: 64, values: (_, values) => values.map((value) => format(value, unit)) },
        ],
        series: [
          {},
          ...current.current.labels.map((label, i) => {
            const look = lookOf(i);
            return { label, stroke: ink(look.ink), width: 1.75, dash: [...look.dash], points: { show: loneAt } };
          }),
        ],
        hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
      },
      [current.current.times, ...current.current.columns],
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, unit, theme]);
  return (
    <div aria-hidden className="min-w-0 overflow-hidden">
      <div ref={inks} className="hidden">
        {['text-muted', 'text-line', ...lineLooks.map((look) => look.ink)].map((name, i) => (
          <span key={i} className={name} />
        ))}
      </div>
      <div ref={host} style={{ height }} />
    </div>
  );
}

/** A value between two moments without one has no line to it: it is shown as a point. */
function loneAt(plot: UPlot, series: number, from: number, to: number): boolean {
  const isThere = (i: number): boolean => typeof plot.data[series]?.[i] === 'number';
  for (let i = from; i <= to; i += 1) if (isThere(i) && !isThere(i - 1) && !isThere(i + 1)) return true;
  return false;
}

const hours = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const days = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** How the marks of an axis are told, in the reader's zone. @param times seconds since 1970 */
function clockOf(times: readonly number[]): (time: number) => string {
  const [first = 0, second = first] = times;
  const format = second - first >= 86_400 ? days : hours;
  return (time) => format.format(new Date(time * 1_000));
}

function axis(ink: (name: string) => string): UPlot.Axis {
  const lines = { stroke: ink('text-line'), width: 1 };
  return { stroke: ink('text-muted'), grid: lines, ticks: { ...lines, size: 4 }, font: '11px system-ui, sans-serif' };
}
