import type { RunConfig } from '../actors/run/config';
import type { StepState } from '../actors/run/step-state';
import type { Scope, StepOutcome } from '../actors/runbook/expressions';

/** Where in a runbook a step stands: below which `foreach`, and under which approval. */
export interface Frame {
  /** What comes before a step's id in its path: empty, or `roll[2].` */
  prefix: string;
  /** Prefixes of the frames around it, the outermost first. */
  outer: string[];
  item?: unknown;
  index?: number;
  /** By path: hash of the plan that was approved. */
  approved?: Record<string, string>;
}

export const outermost: Frame = { prefix: '', outer: [] };

/** The frame of one item of a `foreach`. */
export function itemFrame(frame: Frame, id: string, item: unknown, index: number): Frame {
  return { ...frame, prefix: `${frame.prefix}${id}[${index}].`, outer: [...frame.outer, frame.prefix], item, index };
}

/** What the expressions of a step see. @param finished steps as they stand, by path */
export function scopeOf(
  id: string,
  config: RunConfig,
  steps: Readonly<Record<string, StepState>>,
  frame: Frame,
): Scope {
  const { runbook, startedBy, trigger } = config;
  const run = { id, runbook: runbook.name, version: runbook.version, started_by: startedBy, trigger };
  const scope: Scope = { input: config.input, run, steps: visible(steps, frame) };
  return frame.index === undefined ? scope : { ...scope, item: frame.item, index: frame.index };
}

function visible(steps: Readonly<Record<string, StepState>>, { outer, prefix }: Frame): Record<string, StepOutcome> {
  const seen: Record<string, StepOutcome> = {};
  for (const start of [...outer, prefix]) {
    for (const [path, { status, output, error }] of Object.entries(steps)) {
      if (!path.startsWith(start)) continue;
      const id = path.slice(start.length);
      if (id.includes('.') || id.includes('[')) continue;
      seen[id] = { status, ...(output === undefined ? {} : { output }), ...(error === undefined ? {} : { error }) };
    }
  }
  return seen;
}

/** Ended well, as far as the run is concerned. */
export function isDone(step: StepState | undefined): boolean {
  return step?.status === 'succeeded' || step?.status === 'skipped' || step?.status === 'undone';
}
