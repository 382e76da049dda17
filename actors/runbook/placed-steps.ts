import type { RunbookDocument, Step } from './document';
import { pointerTo } from '../core/json-pointer';

/** A step and where it stands. */
export interface PlacedStep {
  step: Step;
  /** JSON Pointer into the document. */
  pointer: string;
  /** How many `foreach` are above it. */
  loops: number;
}

/** Every step of a runbook, nested ones too, in the order of the document. */
export function* placedSteps(document: RunbookDocument): Generator<PlacedStep> {
  yield* placed(document.steps, '/steps', 0);
  yield* placed(document.verify?.steps ?? [], '/verify/steps', 0);
}

/** The step that a path of a run names, such as `roll[2].restart`; ids are unique in a runbook. */
export function stepAt(document: RunbookDocument, path: string): Step | undefined {
  const id = (path.split('.').at(-1) ?? '').replace(/\[\d+\]$/, '');
  for (const { step } of placedSteps(document)) if (step.id === id) return step;
  return undefined;
}

/** Whether a step is a question and nothing else: what comes behind it counts on the answer. */
export function isBareApproval(step: Step | undefined): boolean {
  return step?.approval !== undefined && step.steps === undefined;
}

function* placed(steps: readonly Step[], pointer: string, loops: number): Generator<PlacedStep> {
  for (const [index, step] of steps.entries()) {
    const at = pointerTo(pointer, index);
    yield { step, pointer: at, loops };
    yield* placed(step.steps ?? [], pointerTo(at, 'steps'), loops + (step.foreach ? 1 : 0));
    yield* placed(step.parallel ?? [], pointerTo(at, 'parallel'), loops);
  }
}
