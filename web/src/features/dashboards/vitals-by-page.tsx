import { useQuery } from '@tanstack/react-query';
import { DataTable } from '../../ui/data-table';
import { Panel } from '../../ui/panel';
import { Loaded } from '../../ui/states';
import { vitalsByPageQuery } from './metric-queries';
import type { Viewing } from './time-span';
import { format } from './units';

/** How each page of the console is felt, as browsers have told. */
export function VitalsByPage({ viewing }: { viewing: Viewing }) {
  const query = useQuery(vitalsByPageQuery(viewing));
  return (
    <Panel title="Web vitals by page" flush>
      <Loaded query={query}>
        {(vitals) =>
          vitals.length === 0 ? (
            <p className="p-4 text-sm text-muted">No browser has told any in this time.</p>
          ) : (
            <DataTable
              label="Web vitals by page"
              head={['Page', 'Vital', 'Samples', 'p50', 'p75', 'p95', 'Good']}
              className="max-h-96 overflow-y-auto"
            >
              {vitals.map(({ page, name, count, p50, p75, p95, ratings }) => (
                <tr key={`${page} ${name}`} className="tabular-nums">
                  <td className="font-mono text-xs">{page}</td>
                  <td>{name}</td>
                  <td>{count}</td>
                  {[p50, p75, p95].map((value, i) => (
                    <td key={i}>{format(value, name === 'CLS' ? 'shift' : 'milliseconds')}</td>
                  ))}
                  <td>{Math.round(ratings.good * 100)}%</td>
                </tr>
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Panel>
  );
}
