import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { StepOrder, StepResult } from '../activities/actions/order';
import { hashOf } from '../actors/core/hash-chain';
import { jsonBytes } from '../actors/core/json-size';
import type { RunEvent } from '../actors/run/events';
import { mostWithBytes } from '../actors/run/room';
import type { Step } from '../actors/runbook/document';
import { render, type Scope } from '../actors/runbook/expressions';
import { PlanChanged, StepFailure } from './run-failure';
import type { Frame } from './run-frame';
import { msOf } from './run-values';
import type { Walker } from './run-walker';

const pollEvery = 5;
const pollFor = '1h';

/** Does the action of a step. @throws StepFailure, PlanChanged */
export async function doAction(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { host } = walker;
  const scope = walker.scope(frame);
  const input = inputOf(step, scope);
  const attempt = (host.state.steps[path]?.attempt ?? 0) + 1;
  const action = step.action ?? '';
  host.checkRoom(jsonBytes(input));
  host.record({ type: 'StepStarted', data: { path, attempt, action, with: input } });
  const order: StepOrder = {
    runId: host.id,
    path,
    attempt,
    action,
    with: input,
    held: heldKeys(walker),
    runbook: host.config.runbook.name,
    ...(host.takeUnsure(path) ? { again: true } : {}),
    ...timeout(step, scope),
    ...(frame.approved?.[path] === undefined ? {} : { approvedPlan: frame.approved[path] }),
    ...(step.until ? { poll: pollOf(step.until, scope) } : {}),
  };
  for (;;) {
    const result = await host.perform({ order });
    notify(walker, path, result);
    if (result.status === 'queued') {
      await inLine(walker, path, result.keys);
      if (walker.skipped(path)) return;
      continue;
    }
    return taken(walker, path, result);
  }
}

function inputOf(step: Step, scope: Scope): Record<string, unknown> {
  const input = render(step.with ?? {}, scope) as Record<string, unknown>;
  if (jsonBytes(input) <= mostWithBytes) return input;
  throw new StepFailure('input_too_large', `what ${step.id} is given is larger than ${mostWithBytes} bytes`);
}

function taken(walker: Walker, path: string, result: Exclude<StepResult, { status: 'queued' }>): void {
  const { durationMs, tries } = result;
  switch (result.status) {
    case 'succeeded': {
      const { output, effect, planHash } = result;
      const data = {
        path,
        output: walker.host.bounded(output),
        durationMs,
        effect,
        ...(planHash === undefined ? {} : { planHash }),
      };
      return walker.host.record({ type: 'StepSucceeded', data: { ...data, ...(tries > 1 ? { tries } : {}) } });
    }
    case 'failed':
      throw new StepFailure(result.error.code, result.error.message, walker.host.bounded(result.output));
    case 'vetoed': {
      const { code, reason } = result;
      walker.host.record({ type: 'StepVetoed', data: { path, code, reason } });
      throw new StepFailure('vetoed', reason);
    }
    case 'plan_changed':
      throw new PlanChanged(result.planHash);
  }
}

function notify(walker: Walker, path: string, { notifications }: StepResult): void {
  const events = notifications.map((notification): RunEvent => ({
    type: 'NotificationSent',
    data: { path, ...notification },
  }));
  if (events.length > 0) walker.host.record(...events);
}

/** Waits until others let go of what the step must not touch. A lock may be granted before the run has heard that it waits. */
async function inLine(walker: Walker, path: string, keys: { key: string }[]): Promise<void> {
  const granted = (): string[] => walker.host.state.steps[path]?.granted ?? [];
  const missing = (): boolean => keys.some(({ key }) => !granted().includes(key));
  if (!missing()) return;
  walker.host.record({ type: 'StepQueued', data: { path, keys: keys.map(({ key }) => key) } });
  await condition(() => !missing() || walker.skipped(path));
}

function heldKeys(walker: Walker): string[] {
  return walker.host.state.targets.filter(({ status }) => status === 'held').map(({ key }) => key);
}

function timeout(step: Step, scope: Readonly<Record<string, unknown>>): { timeoutMs?: number } {
  const told = step.timeout ?? (step.until ? pollFor : undefined);
  return told === undefined ? {} : { timeoutMs: msOf(told, scope) };
}

function pollOf(until: NonNullable<Step['until']>, scope: Readonly<Record<string, unknown>>): StepOrder['poll'] {
  const everyMs = msOf(until.every ?? pollEvery, scope);
  // The outputs of other steps only where the condition may look at them: they may be large.
  const { steps: _, ...lean } = scope;
  return { condition: until.condition, everyMs, scope: /\bsteps\b/.test(String(until.condition)) ? scope : lean };
}

/** Runs another runbook and waits for its end. */
export async function runChild(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { host } = walker;
  const known = host.state.steps[path];
  if (known?.child === undefined) await beginChild(walker, step, path, frame);
  try {
    await condition(() => host.state.steps[path]?.childEnded !== undefined || walker.skipped(path));
  } catch (error) {
    if (isCancellation(error)) await endChild(walker, path);
    throw error;
  }
  if (walker.skipped(path)) return endChild(walker, path);
  const { childEnded, startedAt } = host.state.steps[path] ?? {};
  if (childEnded?.outcome !== 'succeeded') {
    const { code = childEnded?.outcome ?? 'failed', message = 'it did not succeed' } = childEnded?.error ?? {};
    throw new StepFailure(code, `the run of ${step.run} ended as ${childEnded?.outcome}: ${message}`);
  }
  const durationMs = Date.now() - Date.parse(startedAt ?? '');
  host.record({ type: 'StepSucceeded', data: { path, output: host.bounded(childEnded.output), durationMs } });
}

async function beginChild(walker: Walker, step: Step, path: string, frame: Frame): Promise<void> {
  const { host } = walker;
  const [runbook = '', version] = (step.run ?? '').split('@');
  const attempt = host.state.steps[path]?.attempt ?? 1;
  const request = {
    id: `run-${hashOf([host.id, path, attempt]).slice(0, 32)}`,
    runbook,
    ...(version === undefined ? {} : { version: Number(version) }),
    input: inputOf(step, walker.scope(frame)),
    trigger: { type: 'run' as const, run: host.id, step: path, depth: (host.config.trigger.depth ?? 0) + 1 },
    // In the same name: who asked for this run may not approve what it runs either.
    principal: host.config.startedBy,
  };
  const launched = await host.launchChild({ request });
  if ('error' in launched) throw new StepFailure(launched.error.code, launched.error.message);
  host.record({ type: 'ChildStarted', data: { path, run: launched.id, runbook } });
}

async function endChild(walker: Walker, path: string): Promise<void> {
  const id = walker.host.state.steps[path]?.child;
  if (id === undefined) return;
  const undo = walker.host.state.cancel?.undo ?? false;
  await CancellationScope.nonCancellable(() =>
    walker.host.cancelRun({ id, undo, commandId: `${walker.host.id}:${path}:cancel` }),
  );
}
