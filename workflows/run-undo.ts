import type { StepResult } from '../activities/actions/order';
import type { RunOutcome } from '../actors/run/events';
import type { StepError } from '../actors/run/step-state';
import type { Step } from '../actors/runbook/document';
import { render } from '../actors/runbook/expressions';
import { stepAt } from '../actors/runbook/placed-steps';
import { itemsOf } from './rehearsal';
import { failureOf } from './run-failure';
import { itemFrame, outermost, type Frame } from './run-frame';
import type { Walker } from './run-walker';

/**
 * Takes back what was done, the last first. What can't be taken back is on record, and the rest is still tried.
 * @returns whether all of it was
 */
export async function takeBack(walker: Walker, outcome: RunOutcome, error: StepError | null): Promise<boolean> {
  const { host } = walker;
  const open = host.state.done
    .filter((path) => host.state.steps[path]?.status !== 'undone' && placeOf(walker, path)?.step.undo !== undefined)
    .reverse();
  if (host.state.phase !== 'undoing') {
    host.record({ type: 'UndoStarted', data: { paths: open, outcome, ...(error ? { error } : {}) } });
  }
  let all = true;
  for (const path of open) {
    await host.gate();
    const result = await undoOne(walker, path).catch((thrown: unknown) => ({
      status: 'failed' as const,
      error: failureOf(thrown).error,
      durationMs: 0,
    }));
    if (result.status === 'succeeded') {
      host.record({ type: 'StepUndone', data: { path, durationMs: result.durationMs } });
      continue;
    }
    all = false;
    host.record({ type: 'StepUndoFailed', data: { path, error: whyNot(result) } });
  }
  if (!all) {
    const reason = 'not everything that was done could be taken back';
    host.record({ type: 'RunEscalated', data: { code: 'undo_failed', reason } });
  }
  return all;
}

type Undone = Pick<StepResult, 'status' | 'durationMs'> & { error?: StepError; reason?: string; code?: string };

function whyNot({ error, code, reason }: Undone): StepError {
  return error ?? { code: code ?? 'undo_failed', message: reason ?? 'it could not be done now' };
}

async function undoOne(walker: Walker, path: string): Promise<Undone> {
  const { host } = walker;
  const { step, frame } = placeOf(walker, path) as { step: Step; frame: Frame };
  const { with: input = {}, output } = host.state.steps[path] ?? {};
  const held = host.state.targets.filter(({ status }) => status === 'held').map(({ key }) => key);
  const common = { runId: host.id, held, runbook: host.config.runbook.name };
  if (typeof step.undo === 'object') {
    const { action, with: template = {} } = step.undo;
    const rendered = render(template, walker.scope(frame)) as Record<string, unknown>;
    return host.perform({ order: { ...common, path: `${path}~undo`, attempt: 1, action, with: rendered } });
  }
  const order = { ...common, path, action: step.action ?? '', with: input as Record<string, unknown>, output };
  return host.undo({ order });
}

/** The step of a path, and where it stands. */
function placeOf(walker: Walker, path: string): { step: Step; frame: Frame } | null {
  const { document } = walker.host.config;
  let frame = outermost;
  const parts = path.split('.');
  for (const part of parts.slice(0, -1)) {
    const [, id = '', index = '0'] = /^(.+)\[(\d+)\]$/.exec(part) ?? [];
    const step = stepAt(document, id);
    if (!step) return null;
    frame = itemFrame(frame, id, itemsOf(step, walker.scope(frame))[Number(index)], Number(index));
  }
  const step = stepAt(document, path);
  return step ? { step, frame } : null;
}
