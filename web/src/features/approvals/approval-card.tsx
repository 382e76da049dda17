import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Clock, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { PlannedNode } from '../../../../actors/run/plan';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { Countdown } from '../../ui/elapsed';
import { Field, Input } from '../../ui/field';
import { JsonView } from '../../ui/json-view';
import { Panel } from '../../ui/panel';
import { Problem } from '../../ui/states';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';
import { PlanView } from '../runs/plan-view';
import type { Approval } from './approval-queries';

const tones: Record<Approval['status'], Tone> = { pending: 'warn', approved: 'ok', denied: 'bad', voided: 'neutral' };

/** One question of a run: what for, exactly what would be done, who may answer, and the answer. */
export function ApprovalCard({ approval, me }: { approval: Approval; me: string | undefined }) {
  const { run, runbook, path, status, message, plan, planHash, roles, count, given, startedBy } = approval;
  return (
    <Panel
      title={message || `May ${path} go on?`}
      actions={
        status === 'pending' ? (
          <span className="flex items-center gap-1 text-xs text-warn">
            <Clock aria-hidden className="size-3.5" /> denied without an answer <Countdown until={approval.expiresAt} />
          </span>
        ) : (
          <Badge tone={tones[status]}>{status}</Badge>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">
          <span className="font-medium text-ink">{startedBy}</span> began{' '}
          <Link to={`/runs/${run}?step=${encodeURIComponent(path)}`} className="font-mono text-xs text-ink underline">
            {run}
          </Link>{' '}
          of <span className="text-ink">{runbook}</span>; step{' '}
          <code className="font-mono text-xs text-ink">{path}</code> asks since{' '}
          <Time at={approval.requestedAt} as="ago" />.
        </p>
        <section aria-label="The plan" className="flex flex-col gap-2">
          <h3 className="flex flex-wrap items-center gap-x-2">
            Exactly this would be done
            <span className="flex min-w-0 items-center gap-1 font-normal">
              <code data-plan-hash className="font-mono text-xs break-all text-muted">
                {planHash}
              </code>
              <CopyButton text={planHash} name="Copy the hash of the plan" />
            </span>
          </h3>
          {Array.isArray(plan) ? (
            <PlanView steps={plan as PlannedNode[]} />
          ) : (
            <JsonView value={plan} label="What would be done" />
          )}
        </section>
        <p className="flex flex-wrap items-center gap-2">
          <span>
            <strong className="tabular-nums">{given.length}</strong> of{' '}
            <strong className="tabular-nums">{count}</strong> agreed
            {given.length > 0 && `: ${given.map(({ by, role }) => `${by} (${role})`).join(', ')}`}
          </span>
          <span className="text-muted">· answered by</span>
          {roles.map((role) => (
            <Badge key={role}>{role}</Badge>
          ))}
        </p>
        {status === 'pending' && <Answer approval={approval} me={me} />}
      </div>
    </Panel>
  );
}

function Answer({ approval, me }: { approval: Approval; me: string | undefined }) {
  const { run, path, planHash, reasonRequired, startedBy, given } = approval;
  const may = useMay();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const answer = useMutation({
    mutationFn: (said: 'approve' | 'deny') => {
      // Agrees to the plan that was shown, and to no other.
      const body = {
        answer: said,
        ...(said === 'approve' ? { planHash } : {}),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      };
      return unwrap(api.POST('/api/v1/runs/{id}/approvals/{path}', { params: { path: { id: run, path } }, body }));
    },
    onSuccess: (_, said) => {
      told(said === 'approve' ? 'You agreed' : 'You denied it', `${path} of ${run}`);
      return client.invalidateQueries({ queryKey: ['approvals'] });
    },
    // Why it was refused is said at once; the list follows.
    onError: () => void client.invalidateQueries({ queryKey: ['approvals'] }),
  });
  if (!may('approvals:answer')) return <p className="text-muted">Your roles may look at this, and not answer it.</p>;
  const own = startedBy === me;
  const answered = given.some(({ by }) => by === me);
  const missing = reason.trim() === '';
  return (
    <form className="flex flex-col gap-3 border-t border-line pt-3" onSubmit={(event) => event.preventDefault()}>
      {own && <p className="text-warn">You began this run: somebody else must agree to it. You may deny it.</p>}
      {answered && <p className="text-muted">You have agreed already; one person counts once.</p>}
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <Field label="Reason" hint={reasonRequired ? 'Required.' : 'Required to deny; kept on record.'}>
            {(wiring) => (
              <Input {...wiring} maxLength={1000} value={reason} onChange={({ target }) => setReason(target.value)} />
            )}
          </Field>
        </div>
        {/* As high as the hint under the field. */}
        <div className="flex gap-2 pb-5">
          <Button
            look="primary"
            disabled={own || answered || (reasonRequired && missing)}
            busy={answer.isPending && answer.variables === 'approve'}
            onClick={() => answer.mutate('approve')}
          >
            <Check aria-hidden className="size-4" /> Approve
          </Button>
          <Button
            look="danger"
            disabled={missing}
            busy={answer.isPending && answer.variables === 'deny'}
            onClick={() => answer.mutate('deny')}
          >
            <X aria-hidden className="size-4" /> Deny
          </Button>
        </div>
      </div>
      {answer.error !== null && <Problem error={answer.error} />}
    </form>
  );
}
