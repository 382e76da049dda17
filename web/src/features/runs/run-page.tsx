import { useQuery } from '@tanstack/react-query';
import { Outlet, useOutletContext, useParams } from 'react-router';
import { useMay } from '../../api/me';
import { ButtonLink } from '../../ui/button';
import { Page } from '../../ui/page';
import { Loaded } from '../../ui/states';
import { RouteTabs } from '../../ui/tabs';
import { runbookQuery } from '../runbooks/runbook-queries';
import { RunControls } from './run-controls';
import { RunHeader } from './run-header';
import { runQuery, useLiveRun, type Run } from './run-queries';
import { StatusBadge } from './status-badge';
import { stepTree, type StepNode } from './step-tree';

interface RunContext {
  run: Run;
  /** Its steps in their place; null until the runbook is there. */
  tree: StepNode[] | null;
}

/** What the tabs of a run show. */
export function useRun(): RunContext {
  return useOutletContext<RunContext>();
}

const tabs = [
  ['Graph', ''],
  ['Timeline', 'timeline'],
  ['Logs', 'logs'],
  ['Input and output', 'data'],
] as const;

/** A run: how it stands, what can be done about it, and all of its parts, as it goes. */
export function Component() {
  const { id = '' } = useParams();
  const may = useMay();
  const query = useQuery(runQuery(id));
  const { name = '', version = null } = query.data?.runbook ?? {};
  const runbook = useQuery(runbookQuery(name, version));
  useLiveRun(id);
  const run = query.data;
  const known = runbook.data !== undefined || runbook.error !== null;
  const tree = run && known ? stepTree(runbook.data?.document ?? null, run.steps, run.approvals) : null;
  return (
    <Page
      title={id}
      trail={[['Runs', '/runs']]}
      beside={run && <StatusBadge status={run.status} />}
      actions={
        <>
          {run && <RunControls run={run} />}
          <ButtonLink look="quiet" to={`/runs/${id}/time`}>
            History
          </ButtonLink>
          {(may('evidence:verify') || may('evidence:export')) && (
            <ButtonLink look="quiet" to={`/agents/${id}/evidence`}>
              Verify and export
            </ButtonLink>
          )}
        </>
      }
    >
      <Loaded query={query} rows={10}>
        {(found) => (
          <>
            <RunHeader run={found} />
            <RouteTabs label="Parts of the run" base={`/runs/${id}`} tabs={tabs} />
            <Outlet context={{ run: found, tree } satisfies RunContext} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
