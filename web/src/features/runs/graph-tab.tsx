import { lazy, Suspense } from 'react';
import { useSearchParams } from 'react-router';
import { Panel } from '../../ui/panel';
import { Loading } from '../../ui/states';
import { useRun } from './run-page';
import { StepList } from './step-list';

// Drawing is heavy; the list says the same meanwhile.
const StepGraph = lazy(() => import('./step-graph'));

/** The steps, as a list and drawn; a step that is chosen in one is opened in the list. */
export function Component() {
  const { run, tree } = useRun();
  const [params, setParams] = useSearchParams();
  const chosen = params.get('step');
  const choose = (path: string | null): void => setParams(path === null ? {} : { step: path }, { replace: true });
  if (tree === null) return <Loading rows={8} />;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
      <Panel flush title="Steps">
        <StepList run={run} tree={tree} chosen={chosen} onChoose={choose} />
      </Panel>
      <Panel flush title="Graph" className="lg:sticky lg:top-16">
        <div className="h-[26rem] lg:h-[34rem]">
          <Suspense fallback={<Loading rows={6} label="Drawing the graph" />}>
            <StepGraph tree={tree} chosen={chosen} onChoose={choose} />
          </Suspense>
        </div>
      </Panel>
    </div>
  );
}
