import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useMay } from '../../api/me';
import { useLiveEvents } from '../../live/use-live';
import { ButtonLink } from '../../ui/button';
import { Input, Select } from '../../ui/field';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded, Loading, Problem } from '../../ui/states';
import { useAddressParams } from '../../ui/use-address-params';
import { AgentList } from './agent-list';
import { kindsQuery, type Kind } from './agent-queries';
import type { AgentFilter } from './agent-rows';
import { AgentTable } from './agent-table';

export function Component() {
  const may = useMay();
  const kinds = useQuery(kindsQuery);
  const [params, change] = useAddressParams();
  const set = (name: string, value: string): void => change({ [name]: value });
  const filter = useDeferredValue(params.toString());
  return (
    <Page
      title="Agents"
      actions={
        may('agents:create') && (
          <ButtonLink to="/agents/new" look="primary">
            <Plus aria-hidden className="size-4" />
            New agent
          </ButtonLink>
        )
      }
    >
      <Panel flush>
        <search className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
          <Input
            aria-label="Name or id begins with"
            placeholder="Name or id"
            className="max-w-64 min-w-40 flex-1"
            value={params.get('q') ?? ''}
            onChange={(event) => set('q', event.target.value)}
          />
          <Select
            aria-label="Kind"
            className="max-w-44"
            value={params.get('kind') ?? ''}
            onChange={(event) => set('kind', event.target.value)}
          >
            <option value="">All kinds</option>
            {kinds.data?.filter(isOfPeople).map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Status"
            className="max-w-36"
            value={params.get('status') ?? ''}
            onChange={(event) => set('status', event.target.value)}
          >
            <option value="">Any status</option>
            <option value="running">Running</option>
            <option value="stopped">Stopped</option>
          </Select>
        </search>
        <Loaded query={kinds} rows={10}>
          {(known) => <List key={filter} filter={filterOf(filter)} kinds={known} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

function List({ filter, kinds }: { filter: AgentFilter; kinds: readonly Kind[] }) {
  // The key of this component is the filter, so one list is made for each.
  const list = useMemo(
    () => new AgentList(filter, new Set(kinds.filter(isOfPeople).map(({ name }) => name))),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above: the object is another one each time, what it says is not
    [kinds],
  );
  const view = useSyncExternalStore(list.subscribe, list.current);
  useEffect(() => list.start(), [list]);
  useLiveEvents((events) => list.hear(events));
  const { rows, loading, error } = view;
  if (loading === 'first') return <Loading rows={12} />;
  return (
    <>
      {error !== null && <Problem error={error} onRetry={list.retry} />}
      {rows.length > 0 ? (
        <AgentTable view={view} onEnd={list.loadMore} />
      ) : (
        error === null && (
          <Empty title={Object.keys(filter).length > 0 ? 'No agent fits these filters' : 'No agents yet'}>
            An agent watches services and brings them back, holds feature flags, or keeps an eye on performance.
          </Empty>
        )
      )}
    </>
  );
}

const isOfPeople = ({ internal }: Kind): boolean => !internal;

function filterOf(search: string): AgentFilter {
  const params = new URLSearchParams(search);
  const [q, kind, status] = ['q', 'kind', 'status'].map((name) => params.get(name) ?? '');
  return {
    ...(q ? { q } : {}),
    ...(kind ? { kind } : {}),
    ...(status === 'running' || status === 'stopped' ? { status } : {}),
  };
}
