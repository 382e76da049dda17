import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useParams, useSearchParams } from 'react-router';
import { IconButton } from '../../ui/button';
import { Select } from '../../ui/field';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { RouteTabs } from '../../ui/tabs';
import { boardNames, boards, measuredPart, type Board, type BoardName, type Chart } from './boards';
import { ChartPanel } from './chart-panel';
import { metricNamesQuery } from './metric-queries';
import { NowPanel } from './now-panel';
import { refreshes, searchOf, spans, viewingOf, type Viewing } from './time-span';
import { VitalsByPage } from './vitals-by-page';

const isBoard = (name: string): name is BoardName => Object.hasOwn(boards, name);

export function Component() {
  const { board: name = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const viewing = viewingOf(search);
  return (
    <Page
      title="Dashboards"
      actions={<Choices viewing={viewing} onChange={(next) => setSearch(searchOf(next), { replace: true })} />}
    >
      <RouteTabs label="Dashboards" base="/dashboards" tabs={boardNames.map((board) => [boards[board].title, board])} />
      {isBoard(name) ? (
        <Charts key={name} name={name} viewing={viewing} />
      ) : (
        <Empty title="There is no such dashboard">Choose one of those above.</Empty>
      )}
    </Page>
  );
}

function Charts({ name, viewing }: { name: BoardName; viewing: Viewing }) {
  const { title, charts }: Board = boards[name];
  const names = useQuery(metricNamesQuery);
  return (
    <>
      <h2 className="sr-only">{title}</h2>
      {name === 'system' && <NowPanel viewing={viewing} />}
      <Loaded query={names} rows={12}>
        {(known) => {
          const parts = charts.map((chart) => measuredPart(chart, known));
          const silent = charts.filter((_, i) => parts[i] === null);
          return (
            <>
              <div className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
                {parts
                  .filter((part) => part !== null)
                  .map((part) => (
                    <ChartPanel key={part.title} chart={part} viewing={viewing} />
                  ))}
              </div>
              {name === 'performance' && <VitalsByPage viewing={viewing} />}
              {silent.length > 0 && <Silent charts={silent} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** Charts of what no process has measured yet: said, and not drawn. */
function Silent({ charts }: { charts: readonly Chart[] }) {
  return (
    <Panel title="Not measured yet">
      <p className="mb-2 text-sm text-muted">
        No process has told of these lately: it has not happened since they started, or they do not measure it.
      </p>
      <ul className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2 xl:grid-cols-3">
        {charts.map(({ title }) => (
          <li key={title}>{title}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Choices({ viewing, onChange }: { viewing: Viewing; onChange: (viewing: Viewing) => void }) {
  const queryClient = useQueryClient();
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: ['metrics'] });
    void queryClient.invalidateQueries({ queryKey: ['system-info'] });
  };
  return (
    <div className="grid grid-cols-[minmax(0,11.5rem)_minmax(0,8.5rem)_auto] items-center gap-2">
      <Select
        aria-label="Time shown"
        value={viewing.span}
        onChange={({ target }) => onChange({ ...viewing, span: target.value as Viewing['span'] })}
      >
        {Object.entries(spans).map(([name, { label }]) => (
          <option key={name} value={name}>
            Last {label.toLowerCase()}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Refreshed every"
        value={viewing.refresh}
        onChange={({ target }) => onChange({ ...viewing, refresh: target.value as Viewing['refresh'] })}
      >
        {Object.keys(refreshes).map((name) => (
          <option key={name} value={name}>
            {name === 'off' ? 'Not refreshed' : `Every ${name}`}
          </option>
        ))}
      </Select>
      <IconButton name="Refresh now" onClick={refresh}>
        <RefreshCw aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
