import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Badge, type Tone } from '../../ui/badge';
import { Elapsed } from '../../ui/elapsed';
import { Time } from '../../ui/time';
import { useReason, type Run } from './run-queries';

const holds: Record<string, Tone> = { held: 'ok', queued: 'warn', lost: 'bad' };

/** Of what, by whom, when, why, on what; and what is the matter with it. */
export function RunHeader({ run }: { run: Run }) {
  const reason = useReason(run.id);
  const undone = run.steps.filter(({ status }) => status === 'undone').length;
  const asks = run.approvals.filter(({ status }) => status === 'pending');
  return (
    <div className="flex flex-col gap-3">
      <dl className="flex flex-wrap gap-x-8 gap-y-3 rounded-lg border border-line bg-surface px-4 py-3">
        <Fact name="Runbook">
          <Link to={`/runbooks/${run.runbook.name}?version=${run.runbook.version}`} className="hover:underline">
            {run.runbook.name}
            <span className="text-muted">@{run.runbook.version}</span>
          </Link>
        </Fact>
        <Fact name="Begun by">
          {run.startedBy} <span className="text-muted">({run.trigger.type})</span>
        </Fact>
        <Fact name="Began">
          <Time at={run.startedAt ?? run.createdAt} />
        </Fact>
        <Fact name={run.endedAt === null ? 'Runs for' : 'Took'}>
          <Elapsed from={run.startedAt ?? run.createdAt} to={run.endedAt} />
        </Fact>
        {reason !== null && <Fact name="Why">{reason}</Fact>}
        {run.lineage !== null && (
          <Fact name={`A ${run.lineage.type} of`}>
            <Link to={`/runs/${run.lineage.of}`} className="font-mono text-xs underline">
              {run.lineage.of}
            </Link>{' '}
            <Link to={`/runs/compare?a=${run.lineage.of}&b=${run.id}`} className="text-xs text-muted underline">
              compare
            </Link>
          </Fact>
        )}
        {run.targets.length > 0 && (
          <Fact name="Targets">
            <span className="flex flex-wrap gap-1">
              {run.targets.map(({ key, status }) => (
                <Badge key={key} tone={run.endedAt === null ? (holds[status] ?? 'neutral') : 'neutral'}>
                  <span className="max-w-72 truncate">{key}</span>
                  {run.endedAt === null && <span>· {status}</span>}
                </Badge>
              ))}
            </span>
          </Fact>
        )}
      </dl>
      {run.error !== null && (
        <Note tone="bad">
          <code className="font-mono text-xs">{run.error.code}</code>: {run.error.message}
        </Note>
      )}
      {run.pausedBy !== null && run.endedAt === null && (
        <Note tone="warn">Paused by {run.pausedBy}: no further step begins until it is resumed.</Note>
      )}
      {run.cancel !== null && (
        <Note tone="warn">
          Cancelled by {run.cancel.by}
          {run.cancel.undo ? ', and what was done is taken back' : ''}.
        </Note>
      )}
      {undone > 0 && (
        <Note tone="warn">
          {undone} {undone === 1 ? 'step was' : 'steps were'} taken back, the last first.
        </Note>
      )}
      {asks.map(({ path, message, given, count }) => (
        <Note key={path} tone="info">
          <code className="font-mono text-xs">{path}</code> asks: {message || 'May it go on?'} ({given.length} of{' '}
          {count} given){' '}
          <Link to={`/approvals?run=${run.id}`} className="font-medium underline">
            Look at the plan and answer
          </Link>
        </Note>
      ))}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

const notes = {
  bad: 'bg-bad-soft text-bad',
  warn: 'bg-warn-soft text-warn',
  info: 'bg-info-soft text-info',
};

function Note({ tone, children }: { tone: keyof typeof notes; children: ReactNode }) {
  return <p className={`rounded-md px-3 py-2 break-words ${notes[tone]}`}>{children}</p>;
}
