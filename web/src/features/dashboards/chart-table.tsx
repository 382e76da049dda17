import { useState } from 'react';
import { DataTable } from '../../ui/data-table';
import { Time } from '../../ui/time';
import type { Aligned } from './lines';
import { told, type Unit } from './units';

/** All that a chart shows as a table, newest first, for who can not or would not read a chart. */
export function ChartTable({ title, data, unit }: { title: string; data: Aligned; unit: Unit }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="inline-block min-h-6 text-xs text-muted">As a table</summary>
      {open && (
        <DataTable
          label={`${title}, as a table`}
          head={['When', ...data.labels]}
          className="mt-1 max-h-72 overflow-y-auto"
        >
          {data.times
            .map((time, place) => ({ time, place }))
            .reverse()
            .map(({ time, place }) => (
              <tr key={time}>
                <td>
                  <Time at={new Date(time * 1_000).toISOString()} />
                </td>
                {data.columns.map((column, line) => (
                  <td key={data.labels[line]} className="tabular-nums">
                    {told(column[place], unit)}
                  </td>
                ))}
              </tr>
            ))}
        </DataTable>
      )}
    </details>
  );
}
