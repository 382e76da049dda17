import { useMutation, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { PlannedNode } from '../../../../actors/run/plan';
import { download } from '../../api/client';
import { Button } from '../../ui/button';
import { JsonView } from '../../ui/json-view';
import { Hash } from '../../ui/mono';
import { Panel } from '../../ui/panel';
import { saveFile } from '../../ui/save-file';
import { Empty, Loaded, Problem } from '../../ui/states';
import { PlanView } from './plan-view';
import { useRun } from './run-page';
import { artifactsQuery } from './run-queries';

/** What the run was given, what people agreed to, and what came of it. */
export function Component() {
  const { run } = useRun();
  const plans = run.approvals.filter(({ plan }) => Array.isArray(plan));
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Panel title="Input">
        <JsonView value={run.input} label="Input" />
      </Panel>
      <Panel title="Output">
        {(run.output ?? null) === null ? (
          <Empty title={run.phase === 'ended' ? 'It has no output' : 'It has no output yet'} />
        ) : (
          <JsonView value={run.output} label="Output" />
        )}
      </Panel>
      {plans.map(({ path, plan, planHash, status, given }) => (
        <Panel key={path} title={`Plan of ${path}`} actions={<Hash value={planHash} length={16} />}>
          <p className="mb-2 text-muted">
            {status}
            {given.length > 0 && `: ${given.map(({ by }) => by).join(', ')}`}
          </p>
          <PlanView steps={plan as PlannedNode[]} />
        </Panel>
      ))}
      <Artifacts id={run.id} />
    </div>
  );
}

function Artifacts({ id }: { id: string }) {
  const query = useQuery(artifactsQuery(id));
  const fetching = useMutation({
    mutationFn: async ({ digest, name }: { digest: string; name: string }) =>
      saveFile(name, (await download(`runs/${id}/artifacts/${digest}`)).blob),
  });
  return (
    <Panel title="Artifacts" className="lg:col-span-2">
      {fetching.error !== null && <Problem error={fetching.error} />}
      <Loaded query={query} rows={2}>
        {({ artifacts }) =>
          artifacts.length === 0 ? (
            <Empty title="It has made nothing to keep" />
          ) : (
            <ul className="flex flex-col gap-1">
              {artifacts.map(({ step, name, digest, size, type, available }) => (
                <li key={`${step} ${name}`} className="flex flex-wrap items-center gap-3">
                  <span className="font-medium">{name}</span>
                  <span className="text-xs text-muted">
                    {type}, {size.toLocaleString()} bytes, by {step}
                  </span>
                  <Hash value={digest} />
                  <Button
                    className="ml-auto"
                    disabled={!available}
                    title={available ? undefined : 'There was no more room to keep it'}
                    busy={fetching.isPending && fetching.variables.digest === digest}
                    onClick={() => fetching.mutate({ digest, name: type === 'tar' ? `${name}.tar` : name })}
                  >
                    <Download aria-hidden className="size-4" /> Download
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
