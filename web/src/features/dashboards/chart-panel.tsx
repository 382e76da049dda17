import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Panel } from '../../ui/panel';
import { Loaded } from '../../ui/states';
import type { Chart } from './boards';
import { ChartLegend } from './chart-legend';
import { ChartTable } from './chart-table';
import { summaryOf, type Aligned } from './lines';
import { seriesQuery, vitalQuery } from './metric-queries';
import type { Viewing } from './time-span';
import { TimeChart } from './time-chart';

interface ChartPanelProps {
  chart: Chart;
  viewing: Viewing;
}

/** A chart: its title, its lines, what they come to in words, and all of it as a table for who wants that. */
export function ChartPanel({ chart, viewing }: ChartPanelProps) {
  return (
    <Panel title={chart.title} className="flex flex-col">
      {/* As high before it is drawn as afterwards: nothing below it is moved. */}
      <div className="min-h-85">
        {'vital' in chart ? <Vital chart={chart} viewing={viewing} /> : <Metrics chart={chart} viewing={viewing} />}
      </div>
    </Panel>
  );
}

function Vital({ chart, viewing }: { chart: Extract<Chart, { vital: unknown }>; viewing: Viewing }) {
  const query = useQuery(vitalQuery(chart.vital, viewing));
  return <Loaded query={query}>{(data) => <Drawn chart={chart} data={data} />}</Loaded>;
}

function Metrics({ chart, viewing }: { chart: Extract<Chart, { series: unknown }>; viewing: Viewing }) {
  const query = useQuery(seriesQuery(chart.series, viewing));
  return <Loaded query={query}>{(data) => <Drawn chart={chart} data={data} />}</Loaded>;
}

function Drawn({ chart: { title, unit }, data }: { chart: Chart; data: Aligned }) {
  const [place, setPlace] = useState<number | null>(null);
  if (data.columns.every((column) => summaryOf(column) === null))
    return <NoData>Nothing was measured in this time.</NoData>;
  return (
    <div className="flex flex-col gap-2">
      <TimeChart data={data} unit={unit} onPoint={setPlace} />
      <ChartLegend title={title} data={data} unit={unit} place={place} />
      <ChartTable title={title} data={data} unit={unit} />
    </div>
  );
}

function NoData({ children }: { children: string }) {
  return <p className="grid min-h-85 place-items-center text-sm text-muted">{children}</p>;
}
