import type { PlanOrder } from '../activities/plan-step';
import type { PlannedStep } from '../activities/actions/order';
import { hashOf } from '../actors/core/hash-chain';
import type { RunConfig } from '../actors/run/config';
import type { PlannedNode } from '../actors/run/plan';
import type { StepState } from '../actors/run/step-state';
import type { Step } from '../actors/runbook/document';
import { ExpressionError, holds, isExpressionError, render } from '../actors/runbook/expressions';
import { isDone, itemFrame, scopeOf, type Frame } from './run-frame';
import { msOf } from './run-values';

/** As many as a runbook may list. */
const mostItems = 1000;

/** What a rehearsal goes by. There is no way from here to do anything but plan. */
export interface Stage {
  id: string;
  config: RunConfig;
  /** Steps as they stand; what is done is not planned again. */
  steps: Readonly<Record<string, StepState>>;
  plan(order: PlanOrder): Promise<PlannedStep>;
}

/** Walks steps as a run would, without doing any of them: the same expressions and branches, as far as they can be known. */
export async function rehearse(steps: Step[], frame: Frame, stage: Stage): Promise<PlannedNode[]> {
  const todo = steps.filter(({ id }) => !isDone(stage.steps[frame.prefix + id]));
  return Promise.all(todo.map((step) => node(step, frame, stage)));
}

/** Lower-case hex SHA-256 of what would be done. */
export function planHashOf(nodes: PlannedNode[]): string {
  return hashOf(JSON.parse(JSON.stringify(nodes)));
}

/** Hashes of the plans of single steps, by path. */
export function planHashes(nodes: PlannedNode[]): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { path, planHash, children } of nodes) {
    if (planHash !== undefined) hashes[path] = planHash;
    Object.assign(hashes, planHashes(children ?? []));
  }
  return hashes;
}

async function node(step: Step, frame: Frame, stage: Stage): Promise<PlannedNode> {
  const path = frame.prefix + step.id;
  const head = { path, kind: kindOf(step), ...(step.name === undefined ? {} : { name: step.name }) };
  const scope = scopeOf(stage.id, stage.config, stage.steps, frame);
  const reached = attempt(() => (step.if === undefined ? true : holds(step.if, scope)));
  if ('error' in reached) return { ...head, reached: 'unknown', error: reached.error };
  if ('value' in reached && !reached.value) return { ...head, reached: 'no' };
  const known = { ...head, reached: 'value' in reached ? ('yes' as const) : ('unknown' as const) };
  return { ...known, ...(await content(step, path, frame, stage)) };
}

async function content(step: Step, path: string, frame: Frame, stage: Stage): Promise<Partial<PlannedNode>> {
  const scope = scopeOf(stage.id, stage.config, stage.steps, frame);
  if (step.foreach) return eachItem(step, path, frame, stage);
  if (step.approval) return { detail: step.approval, children: await rehearse(step.steps ?? [], frame, stage) };
  if (step.parallel) return { children: await rehearse(step.parallel, frame, stage) };
  if (step.steps) return { children: await rehearse(step.steps, frame, stage) };
  if (step.wait !== undefined) return { detail: waitOf(step.wait, scope) };
  const rendered = attempt(() => render(step.with ?? {}, scope) as Record<string, unknown>);
  if (!('value' in rendered)) {
    const { unknown, error } = rendered as { unknown?: string; error?: PlannedNode['error'] };
    return {
      ...named(step),
      with: step.with ?? {},
      ...(unknown === undefined ? {} : { unknown }),
      ...(error === undefined ? {} : { error }),
    };
  }
  if (step.run !== undefined) return { detail: step.run, with: rendered.value };
  const order = { runId: stage.id, path, action: step.action ?? '', with: rendered.value };
  const { status: _, ...planned } = await stage.plan(order);
  return { ...named(step), with: rendered.value, ...planned };
}

async function eachItem(step: Step, path: string, frame: Frame, stage: Stage): Promise<Partial<PlannedNode>> {
  const scope = scopeOf(stage.id, stage.config, stage.steps, frame);
  const items = attempt(() => itemsOf(step, scope));
  if (!('value' in items)) return { ...items, detail: step.foreach };
  const children = items.value.map(async (item, index): Promise<PlannedNode> => {
    const inside = await rehearse(step.steps ?? [], itemFrame(frame, step.id, item, index), stage);
    return { path: `${path}[${index}]`, kind: 'group', reached: 'yes', detail: item, children: inside };
  });
  return { children: await Promise.all(children) };
}

/** @throws ExpressionError */
export function itemsOf(step: Step, scope: Readonly<Record<string, unknown>>): unknown[] {
  const list = render(step.foreach?.items ?? [], scope);
  if (!Array.isArray(list)) throw new ExpressionError('expression_failed', 'the items of a foreach are a list');
  if (list.length > mostItems) {
    throw new ExpressionError('expression_failed', `the items are ${list.length}; there may be ${mostItems}`);
  }
  return list;
}

function waitOf(wait: NonNullable<Step['wait']>, scope: Readonly<Record<string, unknown>>): unknown {
  const found = attempt(() =>
    typeof wait === 'object' ? { until: render(wait.until, scope) } : { seconds: msOf(wait, scope) / 1000 },
  );
  return 'value' in found ? found.value : wait;
}

function named({ action }: Step): { action?: string } {
  return action === undefined ? {} : { action };
}

function kindOf(step: Step): PlannedNode['kind'] {
  if (step.foreach) return 'foreach';
  if (step.approval) return 'approval';
  if (step.parallel) return 'parallel';
  if (step.wait !== undefined) return 'wait';
  if (step.run !== undefined) return 'run';
  return step.steps ? 'group' : 'action';
}

type Tried<T> = { value: T } | { unknown: string } | { error: { code: string; message: string } };

/** What is not there yet is unknown; anything else that an expression gets wrong is an error. */
function attempt<T>(evaluateIt: () => T): Tried<T> {
  try {
    return { value: evaluateIt() };
  } catch (error) {
    if (isExpressionError(error) && error.code === 'unknown_value') return { unknown: error.message };
    const code = isExpressionError(error) ? error.code : 'expression_failed';
    return { error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}
