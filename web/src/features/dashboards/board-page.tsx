import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useParams, useSearchParams } from 'react-router';
import { IconButton } from '../../ui/button';
import { Select } from '../../ui/field';
import { Page } from '../../ui/page';
import { Empty } from '../../ui/states';
import { RouteTabs } from '../../ui/tabs';
import { boardNames, boards, type Board, type BoardName } from './boards';
import { ChartPanel } from './chart-panel';
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
  return (
    <>
      <h2 className="sr-only">{title}</h2>
      {name === 'system' && <NowPanel viewing={viewing} />}
      <div className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {charts.map((chart) => (
          <ChartPanel key={chart.title} chart={chart} viewing={viewing} />
        ))}
      </div>
      {name === 'performance' && <VitalsByPage viewing={viewing} />}
    </>
  );
}

function Choices({ viewing, onChange }: { viewing: Viewing; onChange: (viewing: Viewing) => void }) {
  const queryClient = useQueryClient();
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: ['metrics'] });
    void queryClient.invalidateQueries({ queryKey: ['system-info'] });
  };
  return (
    <>
      <Select
        aria-label="Time shown"
        className="w-auto"
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
        className="w-auto"
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
    </>
  );
}
