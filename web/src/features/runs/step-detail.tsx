import { useState } from 'react';
import { Link } from 'react-router';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { JsonView } from '../../ui/json-view';
import { ReasonDialog } from '../../ui/reason-dialog';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';
import { useRunAct } from './run-acts';
import type { Run } from './run-queries';
import type { StepNode } from './step-tree';

/** All that is known of one step, and what can be done about it. */
export function StepDetail({ run, node }: { run: Run; node: StepNode }) {
  const { path, step, approval, status } = node;
  return (
    <div className="flex flex-col gap-2 bg-sunken px-4 pt-1 pb-3 text-xs">
      <p className="flex flex-wrap gap-x-3 gap-y-1 text-muted">
        <code className="font-mono break-all">{path}</code>
        {step !== null && (
          <span>
            <Time at={step.startedAt} as="clock" />
            {step.endedAt !== null && (
              <>
                {' – '}
                <Time at={step.endedAt} as="clock" />
              </>
            )}
          </span>
        )}
        {step !== null && step.until !== null && step.endedAt === null && (
          <span>
            until <Time at={step.until} as="clock" />
          </span>
        )}
        {step !== null && (
          <Link to={`/runs/${run.id}/logs?step=${encodeURIComponent(path)}`} className="underline">
            Logs
          </Link>
        )}
        {step !== null && step.child !== null && (
          <Link to={`/runs/${step.child}`} className="underline">
            Run {step.child}
          </Link>
        )}
      </p>
      {status === 'pending' && <p className="text-muted">Not reached {run.phase === 'ended' ? '' : 'yet'}.</p>}
      {step !== null && step.reason !== null && <p>Skipped: {step.reason}</p>}
      {step !== null && step.error !== null && (
        <p className="break-words text-bad">
          <code className="font-mono">{step.error.code}</code>: {step.error.message}
        </p>
      )}
      {approval !== null && (
        <p>
          {approval.message || 'Asks people.'} {approval.given.length} of {approval.count} agreed
          {approval.given.length > 0 && `: ${approval.given.map(({ by }) => by).join(', ')}`}.{' '}
          {approval.status === 'pending' && (
            <Link to={`/approvals?run=${run.id}`} className="font-medium underline">
              Look at the plan and answer
            </Link>
          )}
        </p>
      )}
      {step !== null && (step.output ?? null) !== null && (
        <JsonView value={step.output} label={`Output of ${path}`} className="max-h-64 border border-line bg-surface!" />
      )}
      {status === 'blocked' && <Decision run={run} path={path} />}
    </div>
  );
}

/** A step that failed and waits for a person: once more, or without it. */
function Decision({ run, path }: { run: Run; path: string }) {
  const may = useMay();
  const [asked, setAsked] = useState<'retryStep' | 'skipStep' | null>(null);
  const act = useRunAct(run.id, () => {
    told(asked === 'skipStep' ? 'The step is skipped' : 'The step is tried again');
    setAsked(null);
  });
  if (!may('runs:control')) return <p className="text-warn">It waits for somebody who may decide.</p>;
  const open = (type: 'retryStep' | 'skipStep'): void => {
    act.reset();
    setAsked(type);
  };
  return (
    <div className="flex gap-2">
      <Button onClick={() => open('retryStep')}>Try this step again</Button>
      <Button onClick={() => open('skipStep')}>Skip it</Button>
      {asked !== null && (
        <ReasonDialog
          open
          title={asked === 'skipStep' ? `Do without ${path}?` : `Try ${path} again?`}
          action={asked === 'skipStep' ? 'Skip' : 'Try again'}
          required={asked === 'skipStep'}
          busy={act.isPending}
          error={act.error}
          onClose={() => setAsked(null)}
          onConfirm={(reason) => act.mutate({ act: { type: asked, path }, reason })}
        />
      )}
    </div>
  );
}
