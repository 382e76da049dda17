import { clsx } from 'clsx';
import { Time } from '../../ui/time';
import { lookOf } from './line-looks';
import { summaryOf, type Aligned } from './lines';
import { told, type Unit } from './units';

interface ChartLegendProps {
  title: string;
  data: Aligned;
  unit: Unit;
  /** The moment that the reader points at; null where at none. */
  place: number | null;
}

/** What each line is, and what it comes to: now or at the moment that is pointed at, at least, at most. */
export function ChartLegend({ title, data, unit, place }: ChartLegendProps) {
  const at = place === null ? undefined : data.times[place];
  return (
    <div tabIndex={0} role="region" aria-label={`${title}: lines`} className="relative h-28 overflow-y-auto">
      <table className="w-full table-fixed text-left text-xs tabular-nums [&_td]:py-0.5 [&_td]:pr-3 [&_th]:pr-3 [&_th]:font-medium">
        <caption className="sr-only">{title}: what the lines come to</caption>
        <thead>
          <tr className="text-muted">
            <th scope="col">Line</th>
            <th scope="col" className="w-20 whitespace-nowrap sm:w-24">
              {at === undefined ? 'Now' : <Time at={new Date(at * 1_000).toISOString()} as="clock" />}
            </th>
            <th scope="col" className="w-16 sm:w-20">
              Least
            </th>
            <th scope="col" className="w-16 sm:w-20">
              Most
            </th>
          </tr>
        </thead>
        <tbody>
          {data.labels.map((label, line) => {
            const column = data.columns[line] ?? [];
            const summary = summaryOf(column);
            const shown = place === null ? summary?.now : column[place];
            return (
              <tr key={label}>
                <th scope="row" className="truncate" title={label}>
                  <Swatch line={line} /> {label}
                </th>
                <td>{told(shown, unit)}</td>
                <td>{told(summary?.least, unit)}</td>
                <td>{told(summary?.most, unit)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The line as it is drawn. */
function Swatch({ line }: { line: number }) {
  const { ink, dash } = lookOf(line);
  return (
    <svg aria-hidden viewBox="0 0 24 4" className={clsx('mr-1 inline-block h-1 w-6', ink)}>
      <line x1="0" y1="2" x2="24" y2="2" stroke="currentColor" strokeWidth="3" strokeDasharray={dash.join(' ')} />
    </svg>
  );
}
