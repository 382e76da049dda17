import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Button } from '../../ui/button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { PatchList } from '../../ui/patch-list';
import { Empty, Loaded } from '../../ui/states';
import { duration } from '../../ui/time';
import { runDiffQuery, runQuery, type RunDiff } from './run-queries';
import { StatusBadge } from './status-badge';

const cell = 'px-3 py-1.5 text-left';

/** Two runs side by side: what they were given, where they went another way, how long, what came of it. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const a = params.get('a') ?? '';
  const b = params.get('b') ?? '';
  const query = useQuery(runDiffQuery(a, b));
  if (a === '' || b === '') {
    return (
      <Page title="Compare runs" trail={[['Runs', '/runs']]}>
        <Panel>
          <Empty title="Two runs are compared">Choose them in the list of runs.</Empty>
        </Panel>
      </Page>
    );
  }
  return (
    <Page
      title="Compare runs"
      trail={[['Runs', '/runs']]}
      actions={
        <Button onClick={() => setParams({ a: b, b: a })}>
          <ArrowLeftRight aria-hidden className="size-4" /> Swap
        </Button>
      }
    >
      <Loaded query={query} rows={10}>
        {(diff) => <Difference diff={diff} />}
      </Loaded>
    </Page>
  );
}

function Difference({ diff }: { diff: RunDiff }) {
  const { a, b, runbook, branches, outputs, timings, outcome, approvals } = diff;
  const input = useQuery(runQuery(a.id)).data?.input;
  return (
    <>
      <Panel flush>
        <Table label="The two runs" heads={['', <RunLink key="a" id={a.id} />, <RunLink key="b" id={b.id} />]}>
          <Row name="Outcome">
            <StatusBadge status={outcome.status.a} />
            <StatusBadge status={outcome.status.b} />
          </Row>
          <Row name="Runbook">
            <Link className="hover:underline" to={`/runbooks/${runbook.a.name}?version=${runbook.a.version}`}>
              {runbook.a.name}@{runbook.a.version}
            </Link>
            <Link className="hover:underline" to={`/runbooks/${runbook.b.name}?version=${runbook.b.version}`}>
              {runbook.b.name}@{runbook.b.version}
            </Link>
          </Row>
          <Row name="Took">
            {ms(timings.totalMs.a)}
            {ms(timings.totalMs.b)}
          </Row>
          <Row name="Error">
            {outcome.error.a === null ? '—' : `${outcome.error.a.code}: ${outcome.error.a.message}`}
            {outcome.error.b === null ? '—' : `${outcome.error.b.code}: ${outcome.error.b.message}`}
          </Row>
          <Row name="Approvals">
            {agreed(approvals.a)}
            {agreed(approvals.b)}
          </Row>
        </Table>
      </Panel>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="Input">
          <PatchList patch={diff.input} before={input} label="Differences of the input" />
        </Panel>
        <Panel title="Runbook">
          <PatchList patch={runbook.document} label="Differences of the runbook" />
        </Panel>
        <Panel flush title="Steps that went another way">
          {branches.length === 0 ? (
            <p className="p-4 text-muted">None: both went the same way.</p>
          ) : (
            <Table label="Steps that went another way" heads={['Step', 'First', 'Second']}>
              {branches.map(({ path, a: one, b: other }) => (
                <Row key={path} name={path} mono>
                  {one === null ? <span className="text-muted">not reached</span> : <StatusBadge status={one} />}
                  {other === null ? <span className="text-muted">not reached</span> : <StatusBadge status={other} />}
                </Row>
              ))}
            </Table>
          )}
        </Panel>
        <Panel flush title="How long steps took">
          {timings.steps.length === 0 ? (
            <p className="p-4 text-muted">No step was done.</p>
          ) : (
            <Table label="How long steps took" heads={['Step', 'First', 'Second']}>
              {timings.steps.map(({ path, a: one, b: other }) => (
                <Row key={path} name={path} mono>
                  {ms(one)}
                  {ms(other)}
                </Row>
              ))}
            </Table>
          )}
        </Panel>
        <Panel title="Output">
          <PatchList patch={outcome.output} label="Differences of the output" />
        </Panel>
        <Panel title="Outputs of steps">
          {outputs.length === 0 && <p className="text-muted">No difference.</p>}
          {outputs.map(({ path, diff: patch }) => (
            <div key={path} className="mb-3 last:mb-0">
              <h3 className="mb-1 font-mono text-xs">{path}</h3>
              <PatchList patch={patch} label={`Differences of the output of ${path}`} />
            </div>
          ))}
        </Panel>
      </div>
    </>
  );
}

function RunLink({ id }: { id: string }) {
  return (
    <Link to={`/runs/${id}`} className="font-mono text-xs font-medium break-all text-ink underline">
      {id}
    </Link>
  );
}

function Table({ label, heads, children }: { label: string; heads: readonly ReactNode[]; children: ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="relative overflow-x-auto">
      <table className="w-full table-fixed">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line">
            {heads.map((head, index) => (
              <th key={index} scope="col" className={`${cell} font-medium ${index === 0 ? 'w-1/4' : ''}`}>
                {head === '' ? <span className="sr-only">What</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Row({ name, mono = false, children }: { name: string; mono?: boolean; children: [ReactNode, ReactNode] }) {
  return (
    <tr className="border-b border-line align-top last:border-0">
      <th
        scope="row"
        className={`${cell} ${mono ? 'font-mono text-xs font-normal break-all' : 'font-normal text-muted'}`}
      >
        {name}
      </th>
      <td className={`${cell} break-words`}>{children[0]}</td>
      <td className={`${cell} break-words`}>{children[1]}</td>
    </tr>
  );
}

function ms(value: number | null): string {
  return value === null ? '—' : duration(value);
}

function agreed(approvals: readonly { path: string; status: string; by: string[] }[]): string {
  if (approvals.length === 0) return '—';
  return approvals
    .map(({ path, status, by }) => `${path}: ${status}${by.length > 0 ? ` by ${by.join(', ')}` : ''}`)
    .join('; ');
}
