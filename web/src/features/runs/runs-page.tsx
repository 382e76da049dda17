import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { CalendarClock, Lock } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMay } from '../../api/me';
import { ButtonLink } from '../../ui/button';
import { MoreButton } from '../../ui/more-button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { filterOf } from './run-filter';
import { RunFilters } from './run-filters';
import { runsQuery, useLiveRuns } from './run-queries';
import { RunTable } from './run-table';

/** All runs, newest first, as they go. */
export function Component() {
  const may = useMay();
  const [params] = useSearchParams();
  const filter = filterOf(params);
  const query = useInfiniteQuery({ ...runsQuery(filter), placeholderData: keepPreviousData });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  useLiveRuns();
  const choose = (id: string, on: boolean): void =>
    // Two are compared: a third takes the place of the first.
    setChosen((before) => (on ? [...before, id].slice(-2) : before.filter((other) => other !== id)));
  const [a, b] = chosen;
  const places = (
    <>
      {may('schedules:read') && (
        <ButtonLink look="quiet" to="/runs/schedules">
          <CalendarClock aria-hidden className="size-4" /> Schedules
        </ButtonLink>
      )}
      {may('locks:read') && (
        <ButtonLink look="quiet" to="/runs/locks">
          <Lock aria-hidden className="size-4" /> Locks
        </ButtonLink>
      )}
      {may('runs:start') && (
        <ButtonLink look="primary" to="/runs/new">
          Start a run
        </ButtonLink>
      )}
    </>
  );
  const compare =
    a !== undefined && b !== undefined ? (
      <ButtonLink to={`/runs/compare?a=${a}&b=${b}`}>Compare the two</ButtonLink>
    ) : (
      <span className="text-xs text-muted">Choose two to compare them.</span>
    );
  return (
    <Page title="Runs" actions={places}>
      <RunFilters />
      <Panel flush title="Newest first" actions={compare}>
        <Loaded query={query}>
          {({ pages }) => {
            const runs = pages.flatMap((page) => page.runs);
            if (runs.length > 0) return <RunTable runs={runs} chosen={chosen} onChoose={choose} />;
            return Object.keys(filter).length > 0 ? (
              <Empty title="No such runs">Nothing fits these filters.</Empty>
            ) : (
              <Empty title="No runs yet">
                A run begins by hand, by a schedule, by a webhook, or where an agent finds that something is wrong.
              </Empty>
            );
          }}
        </Loaded>
        <MoreButton query={query} />
      </Panel>
    </Page>
  );
}
