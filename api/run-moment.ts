import type { EventRecord } from '../actors/core/event';
import { presentRun, type Run } from './run-reader';

/** A run as it stood after an event, as a person asks for it: what had happened, what it waited for, and who had agreed to what. */
export function presentRunMoment(run: Run, { sequence, time, type, principal }: EventRecord): object {
  const steps = Object.entries(run.state.steps);
  const approvals = Object.entries(run.state.approvals);
  return {
    after: { sequence, time, type, principal },
    run: presentRun(run),
    waiting: {
      approvals: approvals
        .filter(([, { status }]) => status === 'pending')
        .map(([path, { message, planHash, roles, escalatedTo, count, given, requestedAt, expiresAt }]) => {
          const asked = [...new Set([...roles, ...escalatedTo])];
          return { path, message, planHash, roles: asked, missing: count - given.length, requestedAt, expiresAt };
        }),
      targets: run.state.targets.filter(({ status }) => status === 'queued').map(({ key }) => key),
      steps: steps
        .filter(([, { status }]) => status === 'waiting' || status === 'retrying' || status === 'blocked')
        .map(([path, { status, until = null, child = null }]) => ({ path, status, until, run: child })),
    },
    approved: approvals.flatMap(([path, { given, planHash }]) =>
      given.map(({ by, role, at }) => ({ path, by, role, at, planHash })),
    ),
    outputs: Object.fromEntries(
      steps.flatMap(([path, { status, output }]) => (status === 'succeeded' ? [[path, output ?? null]] : [])),
    ),
  };
}
