import { quantile } from '../measure';
import { roles } from '../process-usage';
import { ownRoles, type Reading } from './probe';

/** What was seen at one moment, with the milliseconds of the requests that ended since the moment before. */
export interface Moment {
  /** Since the load began. */
  minutes: number;
  reading: Reading;
  latencies: number[];
  errors: number;
  /** How late the load's own event loop was, p99 in ms: a request waits for that too. */
  loadLoopMs: number;
}

const parts = 10;
const most = (values: number[]): number => Math.max(...values);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The moments of the i-th of `of` equal parts of the time, without the one from before it. */
function part(moments: readonly Moment[], i: number, of: number): Moment[] {
  const end = moments.at(-1)?.minutes ?? 0;
  const inside = ({ minutes }: Moment): boolean => minutes > (end * i) / of && minutes <= (end * (i + 1)) / of;
  return moments.slice(1).filter(inside);
}

/** A line for each tenth of the time. */
export function loadTable(moments: readonly Moment[]): string[] {
  const head = ['minutes', 'operations/s', 'p50', 'p99', 'slowest', 'errors', 'lag at most (projector)'];
  head.push('not acked at most (JetStream)', 'left with agents', 'edge acts waiting at most');
  head.push('loop p99 at most: API, worker, projector, load', 'CPU used, of all cores');
  const lines = [row(head), row(head.map(() => '---'))];
  for (let i = 0; i < parts; i += 1) {
    const seen = part(moments, i, parts);
    const [last, before] = [seen.at(-1), moments[moments.indexOf(seen[0] as Moment) - 1]];
    if (!last || !before) continue;
    const latencies = seen.flatMap((moment) => moment.latencies);
    const seconds = (last.minutes - before.minutes) * 60;
    const readings = seen.map(({ reading }) => reading);
    const loops = (['api', 'worker', 'projector'] as const).map((role) => most(readings.map((r) => r.loopMs[role])));
    const cpu = ({ reading }: Moment): number => roles.reduce((sum, role) => sum + reading.usage[role].cpu, 0);
    lines.push(
      row([
        `${before.minutes.toFixed(1)} to ${last.minutes.toFixed(1)}`,
        (latencies.length / seconds).toFixed(1),
        ...[0.5, 0.99, 1].map((q) => `${quantile(latencies, q).toFixed(0)} ms`),
        String(seen.reduce((sum, { errors }) => sum + errors, 0)),
        ...[most(readings.map((r) => r.lag)), most(readings.map((r) => r.unconsumed))].map(String),
        String(last.reading.left - before.reading.left),
        String(most(readings.map((r) => r.edgeActs))),
        `${[...loops, most(seen.map((m) => m.loadLoopMs))].map((ms) => ms.toFixed(0)).join(', ')} ms`,
        `${((cpu(last) - cpu(before)) / seconds).toFixed(2)} cores`,
      ]),
    );
  }
  return lines;
}

/** A line for each process: its memory by fifths, and where it goes to in the second half. */
export function memoryTable(moments: readonly Moment[]): string[] {
  const head = ['process, MiB resident', ...['1st', '2nd', '3rd', '4th', 'last'].map((name) => `${name} fifth`)];
  head.push('last : 2nd fifth', 'first half, mean', 'second half, MiB/h', 'at most');
  const figures: [string, (reading: Reading) => number][] = [
    ...roles.map((role) => [role, (r: Reading) => r.usage[role].memory] as [string, (r: Reading) => number]),
    ['all of them', (r) => roles.reduce((sum, role) => sum + r.usage[role].memory, 0)],
  ];
  const heaps = ownRoles.map((role) => {
    const byFifth = fifths(
      moments,
      (values) => Math.min(...values),
      (r) => r.heapMb[role],
    );
    const ratio = ((byFifth[4] ?? NaN) / (byFifth[1] ?? NaN)).toFixed(2);
    return row([`${role}: heap, least of a fifth`, ...byFifth.map((mb) => mb.toFixed(0)), `${ratio}×`, '', '', '']);
  });
  const lines = figures.map(([name, of]) => {
    const byFifth = fifths(moments, mean, of);
    const [first, second] = [part(moments, 0, 2), part(moments, 1, 2)];
    return row([
      name,
      ...byFifth.map((mb) => mb.toFixed(0)),
      `${((byFifth[4] ?? NaN) / (byFifth[1] ?? NaN)).toFixed(2)}×`,
      mean(first.map(({ reading }) => of(reading))).toFixed(0),
      slope(second.map(({ minutes, reading }) => [minutes / 60, of(reading)])).toFixed(0),
      most(moments.map(({ reading }) => of(reading))).toFixed(0),
    ]);
  });
  return [row(head), row(head.map(() => '---')), ...lines, ...heaps];
}

function fifths(moments: readonly Moment[], of: (values: number[]) => number, value: (r: Reading) => number): number[] {
  return [0, 1, 2, 3, 4].map((i) => of(part(moments, i, 5).map(({ reading }) => value(reading))));
}

/** Of the line that lies best between the points, by least squares: y per x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
