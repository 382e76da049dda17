import { condition } from '@temporalio/workflow';
import { jsonBytes } from '../actors/core/json-size';
import { mostWithBytes } from '../actors/run/room';
import type { ApprovalState } from '../actors/run/state';
import type { Duration, Step } from '../actors/runbook/document';
import { render } from '../actors/runbook/expressions';
import { planHashes, planHashOf, rehearse } from './rehearsal';
import { PlanChanged, StepFailure } from './run-failure';
import { isDone, type Frame } from './run-frame';
import { msOf } from './run-values';
import type { Walker } from './run-walker';

const answerWithin = '24h';
const whoAnswers = ['approver', 'admin'];

/**
 * Asks, and does the nested steps once enough people have agreed to exactly what would be done. Where that turns out to be
 * something else by the time it is done, it is asked again.
 * @throws StepFailure `denied`
 */
export async function approve(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { host } = walker;
  for (;;) {
    const known = host.state.approvals[path];
    if (!known || known.status === 'voided') await ask(walker, step, path, frame);
    await answered(walker, step, path, frame);
    if (walker.skipped(path)) return;
    const approval = host.state.approvals[path] as ApprovalState;
    if (approval.status === 'denied') throw new StepFailure('denied', `the approval of ${path} was denied`);
    const present = await planned(walker, step, frame);
    // What has begun was checked then; what is left is checked step by step.
    if (!begun(walker, step, frame) && present.planHash !== approval.planHash) {
      voided(walker, path, approval, present.planHash);
      continue;
    }
    try {
      const approved = { ...frame.approved, ...planHashes(present.nodes) };
      return await walker.walk(step.steps ?? [], { ...frame, approved });
    } catch (error) {
      if (!(error instanceof PlanChanged)) throw error;
      voided(walker, path, approval, error.presentHash);
    }
  }
}

async function planned(walker: Walker, step: Step, frame: Frame) {
  const { id, config, state, planStep } = walker.host;
  const nodes = await rehearse(step.steps ?? [], frame, { id, config, steps: state.steps, plan: planStep });
  const { runbook, input } = config;
  // A bare question is agreed to as it stands: this step of this runbook, with this input.
  const about = nodes.length > 0 ? nodes : [{ ...step.approval, runbook: runbook.hash, step: step.id, input }];
  if (jsonBytes(nodes) > mostWithBytes) {
    throw new StepFailure('plan_too_large', `what ${step.id} would ask for is larger than ${mostWithBytes} bytes`);
  }
  return { nodes, planHash: planHashOf(about as typeof nodes) };
}

async function ask(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { nodes, planHash } = await planned(walker, step, frame);
  const spec = step.approval ?? {};
  const scope = walker.scope(frame);
  const within = msOf(spec.timeout ?? answerWithin, scope);
  walker.host.record({
    type: 'ApprovalRequested',
    data: {
      path,
      message: String(render(spec.message ?? step.name ?? step.id, scope)),
      plan: nodes,
      planHash,
      roles: spec.roles ?? whoAnswers,
      count: spec.count ?? 1,
      reasonRequired: spec.reason === 'required',
      expiresAt: new Date(Date.now() + within).toISOString(),
    },
  });
}

/** Waits for the answer; reminds, escalates, and denies where nobody has answered in time. */
async function answered(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { host } = walker;
  const approval = (): ApprovalState => host.state.approvals[path] as ApprovalState;
  const open = (): boolean => approval().status === 'pending' && !walker.skipped(path);
  const ms = (value: Duration): number => msOf(value, walker.scope(frame));
  const { remind, escalate } = step.approval ?? {};
  const asked = Date.parse(approval().requestedAt);
  const { expiresAt } = approval();
  while (open()) {
    const now = Date.now();
    const escalateAt = escalate && approval().escalatedTo.length === 0 ? asked + ms(escalate.after) : Infinity;
    const every = remind === undefined ? Infinity : Math.max(1000, ms(remind));
    const remindAt = every === Infinity ? Infinity : asked + every * (Math.floor((now - asked) / every) + 1);
    const next = Math.min(Date.parse(expiresAt), escalateAt, remindAt);
    if (next > now && (await condition(() => !open(), next - now))) return;
    if (!open()) return;
    const roles = approval().roles;
    if (Date.now() >= Date.parse(expiresAt)) {
      host.record({ type: 'ApprovalDenied', data: { path, by: null, reason: 'nobody answered in time' } });
    } else if (next === escalateAt && escalate) {
      host.record({ type: 'ApprovalEscalated', data: { path, roles: escalate.roles, expiresAt } });
    } else {
      host.record({ type: 'ApprovalReminded', data: { path, roles, expiresAt } });
    }
  }
}

function voided(walker: Walker, path: string, { planHash }: ApprovalState, presentHash: string): void {
  walker.host.record({ type: 'ApprovalVoided', data: { path, approvedHash: planHash, presentHash } });
}

function begun(walker: Walker, step: Step, frame: Frame): boolean {
  return (step.steps ?? []).some(({ id }) => {
    const known = walker.host.state.steps[frame.prefix + id];
    return isDone(known) || known !== undefined;
  });
}
