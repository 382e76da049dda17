import type { TSchema } from '@sinclair/typebox';
import type { FieldError } from '../core/errors';
import { withFaults } from './check-with';
import type { RunbookDocument, Step } from './document';
import { placedSteps, type PlacedStep } from './placed-steps';
import { pointerTo } from '../core/json-pointer';

/** What the check must know of an action. */
export interface ActionFacts {
  name: string;
  input: TSchema;
  /** `depends`: it follows from the input. */
  effect: 'read' | 'reversible' | 'destructive' | 'depends';
  /** Whether it can take back what it did. */
  undo: boolean;
}

const mostSteps = 500;
const mostLoops = 3;

/** What a step does: one of these, and no two. */
const kinds = ['action', 'steps', 'parallel', 'wait', 'run'] as const;
type Kind = (typeof kinds)[number];

/** What belongs to some kinds of steps only. */
const companions = {
  with: ['action', 'run'],
  retry: ['action', 'run'],
  undo: ['action'],
  until: ['action'],
  foreach: ['steps'],
  approval: ['steps'],
} as const satisfies Partial<Record<keyof Step, readonly Kind[]>>;
type Companion = keyof typeof companions;

/** What a JSON Schema can't say about the steps of a runbook. */
export function stepFaults(document: RunbookDocument, actions: readonly ActionFacts[]): FieldError[] {
  const known = new Map(actions.map((action) => [action.name, action]));
  const faults: FieldError[] = [];
  const seen = new Map<string, string>();
  let count = 0;
  for (const placed of placedSteps(document)) {
    count += 1;
    faults.push(...idFaults(placed, seen), ...kindFaults(placed), ...actionFaults(placed, known));
    if (placed.step.foreach && placed.loops >= mostLoops)
      faults.push({
        pointer: pointerTo(placed.pointer, 'foreach'),
        message: `is the ${mostLoops + 1}th within one another; there may be ${mostLoops}`,
      });
  }
  if (count > mostSteps)
    faults.unshift({ pointer: '/steps', message: `are ${count} with those within them; there may be ${mostSteps}` });
  return faults;
}

function idFaults({ step, pointer }: PlacedStep, seen: Map<string, string>): FieldError[] {
  const at = pointerTo(pointer, 'id');
  // It would be found on every object.
  if (step.id === 'constructor') return [{ pointer: at, message: 'is not allowed as an id' }];
  const first = seen.get(step.id);
  if (first !== undefined) return [{ pointer: at, message: `is the id of ${first} already` }];
  seen.set(step.id, pointer);
  return [];
}

function kindFaults({ step, pointer }: PlacedStep): FieldError[] {
  const given = kinds.filter((kind) => step[kind] !== undefined);
  const [kind, second] = given;
  if (kind === undefined) {
    if (step.approval === undefined)
      return [{ pointer, message: 'does nothing: give it one of action, steps, parallel, wait, run or approval' }];
    return companionFaults(step, pointer, 'approval');
  }
  if (second !== undefined)
    return [{ pointer: pointerTo(pointer, second), message: `can't go together with ${kind}: a step does one thing` }];
  return companionFaults(step, pointer, kind);
}

function companionFaults(step: Step, pointer: string, kind: Kind | 'approval'): FieldError[] {
  return (Object.keys(companions) as Companion[])
    .filter((name) => step[name] !== undefined && name !== kind && !allows(name, kind))
    .map((name) => ({
      pointer: pointerTo(pointer, name),
      message: `can't go together with ${kind}: it belongs to ${companions[name].join(' or ')}`,
    }));
}

function allows(companion: Companion, kind: Kind | 'approval'): boolean {
  return (companions[companion] as readonly string[]).includes(kind);
}

function actionFaults({ step, pointer }: PlacedStep, known: ReadonlyMap<string, ActionFacts>): FieldError[] {
  const faults: FieldError[] = [];
  const action = step.action === undefined ? undefined : known.get(step.action);
  if (step.action !== undefined) faults.push(...inputFaults(step.action, action, step.with, pointer));
  if (action && step.until && action.effect !== 'read' && action.effect !== 'depends')
    faults.push({
      pointer: pointerTo(pointer, 'until'),
      message: `repeats its action, and ${action.name} does more than read`,
    });
  if (step.undo === true && action && !action.undo)
    faults.push({
      pointer: pointerTo(pointer, 'undo'),
      message: `${action.name} can't take back what it did: name the action that does`,
    });
  if (typeof step.undo === 'object') {
    const { action: name, with: input } = step.undo;
    faults.push(...inputFaults(name, known.get(name), input, pointerTo(pointer, 'undo')));
  }
  return faults;
}

function inputFaults(name: string, action: ActionFacts | undefined, input: unknown, pointer: string): FieldError[] {
  if (!action)
    return [{ pointer: pointerTo(pointer, 'action'), message: `there is no action ${JSON.stringify(name)}` }];
  return withFaults(action.input, input, pointerTo(pointer, 'with'));
}
