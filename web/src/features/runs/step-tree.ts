import type { Step } from '../../../../actors/runbook/document';
import type { ApprovalState } from '../../../../actors/run/state';
import type { StepStatus } from '../../../../actors/run/step-state';

/** A step that was reached, as the API shows it. */
export interface ReachedStep {
  path: string;
  status: string;
  attempt: number;
  action: string | null;
  startedAt: string;
  endedAt: string | null;
  output?: unknown;
  error: { code: string; message: string } | null;
  until: string | null;
  reason: string | null;
  child: string | null;
}

export type RunApproval = ApprovalState & { path: string };
export type NodeStatus = StepStatus | 'pending';
export type StepKind = 'action' | 'group' | 'parallel' | 'foreach' | 'item' | 'approval' | 'wait' | 'run';

/** A step in its place: reached or not. */
export interface StepNode {
  path: string;
  label: string;
  kind: StepKind;
  status: NodeStatus;
  /** What it does: an action's name, another runbook, how long it waits. */
  does: string | null;
  /** It can be taken back. */
  undo: boolean;
  /** It tells whether the run has helped. */
  verifies: boolean;
  step: ReachedStep | null;
  approval: RunApproval | null;
  children: StepNode[];
}

interface Steps {
  steps: Step[];
  verify?: { steps: Step[] };
}

/**
 * The steps of a run in the order of its runbook, with those that were not reached yet.
 * @param document null where it can not be read: then only what was reached is shown, as a flat list
 */
export function stepTree(
  document: Steps | null,
  steps: readonly ReachedStep[],
  approvals: readonly RunApproval[],
): StepNode[] {
  const reached = new Map(steps.map((step) => [step.path, step]));
  const asked = new Map(approvals.map((approval) => [approval.path, approval]));
  const known: Known = { reached, asked };
  if (document === null) return steps.map((step) => leaf(step, known));
  const main = document.steps.map((step) => place(step, '', known, false));
  const verify = (document.verify?.steps ?? []).map((step) => place(step, '', known, true));
  return [...main, ...verify];
}

interface Known {
  reached: ReadonlyMap<string, ReachedStep>;
  asked: ReadonlyMap<string, RunApproval>;
}

function leaf(step: ReachedStep, { asked }: Known): StepNode {
  const approval = asked.get(step.path) ?? null;
  const kind = approval ? 'approval' : step.child === null ? 'action' : 'run';
  const shown = { path: step.path, label: step.path, kind, does: step.action, step, approval } as const;
  return { ...shown, status: step.status as StepStatus, undo: false, verifies: false, children: [] };
}

function place(step: Step, prefix: string, known: Known, verifies: boolean): StepNode {
  const path = prefix + step.id;
  const reached = known.reached.get(path) ?? null;
  return {
    path,
    label: step.name ?? step.id,
    kind: kindOf(step),
    status: known.asked.get(path)?.status === 'pending' ? 'waiting' : statusOf(reached),
    does: doesOf(step),
    undo: step.undo !== undefined,
    verifies,
    step: reached,
    approval: known.asked.get(path) ?? null,
    children: step.foreach
      ? items(step.steps ?? [], path, known, verifies)
      : (step.parallel ?? step.steps ?? []).map((each) => place(each, prefix, known, verifies)),
  };
}

function statusOf(reached: ReachedStep | null): NodeStatus {
  return (reached?.status as StepStatus | undefined) ?? 'pending';
}

/** How many items there are is known only by what was reached of them. */
function items(steps: Step[], path: string, known: Known, verifies: boolean): StepNode[] {
  const found = new Set<number>();
  for (const other of known.reached.keys()) {
    if (!other.startsWith(`${path}[`)) continue;
    found.add(Number.parseInt(other.slice(path.length + 1), 10));
  }
  return [...found]
    .sort((a, b) => a - b)
    .map((index) => {
      const children = steps.map((step) => place(step, `${path}[${index}].`, known, verifies));
      const shown = { path: `${path}[${index}]`, label: `Item ${index + 1}`, kind: 'item', does: null } as const;
      const rest = { undo: false, verifies, step: null, approval: null, children };
      return { ...shown, ...rest, status: statusOfAll(children) };
    });
}

/** Those that say most come first. */
const telling: NodeStatus[] = ['blocked', 'failed', 'running', 'retrying', 'waiting'];

function statusOfAll(nodes: readonly StepNode[]): NodeStatus {
  const all = nodes.map(({ status }) => status);
  const told = telling.find((status) => all.includes(status));
  if (told !== undefined) return told;
  if (all.every((status) => status === 'pending')) return 'pending';
  if (all.includes('pending')) return 'running';
  return all.find((status) => status !== 'skipped') ?? 'skipped';
}

function kindOf(step: Step): StepKind {
  if (step.foreach) return 'foreach';
  if (step.approval) return 'approval';
  if (step.parallel) return 'parallel';
  if (step.wait !== undefined) return 'wait';
  if (step.run !== undefined) return 'run';
  return step.steps ? 'group' : 'action';
}

function doesOf({ action, run, wait }: Step): string | null {
  if (action !== undefined) return action;
  if (run !== undefined) return run;
  if (wait === undefined) return null;
  return typeof wait === 'object' ? `until ${wait.until}` : String(wait);
}

/** All of them, each with how deep it is, in the order one reads them. */
export function flatten(nodes: readonly StepNode[], depth = 0): { node: StepNode; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flatten(node.children, depth + 1)]);
}
