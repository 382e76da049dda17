import type { Static, TSchema } from '@sinclair/typebox';
import type { StoreSettings } from '../../infra/store/stores';
import type { Notification } from './order';

/** What an action does to the world: nothing, something that can be taken back, or something that can't. */
export type ActionEffect = 'read' | 'reversible' | 'destructive';

/** What this worker allows, from its environment. */
export interface ActionSettings {
  /** Programs that may be run, by name or path. */
  executables: readonly string[] | 'any';
  /** Folders below which files may be read, and written. Symbolic links are resolved before they are compared. */
  readRoots: readonly string[];
  writeRoots: readonly string[];
  /** Where a step may keep what it makes, such as a clone: one folder for each run below it. */
  workspace: string;
  /** Artifacts and caches of pipelines. */
  store: StoreSettings;
  /** Address of the container engine's Docker API; undefined where this worker has none. */
  containers?: string;
  /** OpenTofu or Terraform, by name or path; whichever is among `executables` where nothing is said. */
  tofu?: string;
  /** Clusters that runs may touch; none where nothing is said. */
  kubernetes?: {
    /** Path of the kubeconfig. */
    config: string;
    /** Namespaces by context; `*` is all of them, and what belongs to none. */
    allowed: readonly { context: string; namespace: string }[];
  };
}

/** All that a plan has to go by: there is no way from here to do anything. */
export interface PlanContext {
  /** Aborts on cancellation and at the timeout. */
  signal: AbortSignal;
  settings: ActionSettings;
  /** The same for every attempt at one step of one run: makes a retry recognisable to the outside. */
  idempotencyKey: string;
  /** Id of the run; names its workspace. */
  runId: string;
}

export interface ActionContext extends PlanContext {
  /** The plan that was approved, where one was, as it was just made again: do no more than it says. */
  approved?: object;
  /** Adds output to the log of the step. Resolves when it is taken: wait for it, so that a flood is slowed down. */
  log(this: void, stream: 'stdout' | 'stderr' | 'info', text: string): Promise<void>;
  /** Takes one stream of output as it comes: logs it, and keeps its head and tail for the result, at most `limit` characters. */
  capture(this: void, stream: 'stdout' | 'stderr', limit: number): Capture;
  /** Tells people; it ends as a NOTIFICATION of the run. */
  notify(this: void, notification: Notification): void;
}

/** Redacts before it cuts, so that no half of a secret is left at the cut. */
export interface Capture {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<{ text: string; truncated: boolean }>;
}

/**
 * One thing that a step can do. A file of its own, and a line in `catalogue.ts`. Input is checked against `input` before any
 * part is called, and secrets are in it by value; fields marked `secret: true` in the schemas, and every secret's value, are
 * redacted from whatever leaves the worker.
 */
export interface Action<I extends TSchema = TSchema, O extends TSchema = TSchema> {
  /** `group.verb` */
  name: string;
  title: string;
  description: string;
  input: I;
  output: O;
  /** May follow from the input: a GET reads, a DELETE destroys. */
  effect: ActionEffect | ((input: Static<I>) => ActionEffect);
  /** Whether running it twice with the same input ends as running it once. */
  idempotent: boolean | ((input: Static<I>) => boolean);
  /** Seconds that it may take where the step says nothing. */
  timeout: number;
  /** Real things that must not be touched by two at once, such as `file:/etc/hosts`. */
  locks?(this: void, input: Static<I>, context: PlanContext): string[] | Promise<string[]>;
  /**
   * What it would do, normalised: the same for the same world, without times and other noise. Reads only.
   * @returns plain JSON; what an approver is shown, and what is hashed
   */
  plan(this: void, input: Static<I>, context: PlanContext): Promise<object>;
  /** @throws ActionError where it failed; any other error counts as a failure too */
  run(this: void, input: Static<I>, context: ActionContext): Promise<Static<O>>;
  /**
   * Whether its work is done already, asked before a second try at something that is not idempotent.
   * @returns its output where it is done, `not_done`, or `unknown`
   */
  verify?(this: void, input: Static<I>, context: ActionContext): Promise<{ done: Static<O> } | 'not_done' | 'unknown'>;
  /** Takes it back. Must be harmless when called twice. The output comes as it was recorded: redacted and bounded. */
  undo?(this: void, input: Static<I>, output: Static<O>, context: ActionContext): Promise<void>;
}

/** Infers the types of an action's parts from its schemas, and then forgets them. */
export function action<I extends TSchema, O extends TSchema>(definition: Action<I, O>): Action {
  return definition as unknown as Action;
}

/** Why an action failed, in one line for a person. `code` is stable: runbooks branch on it. */
export class ActionError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** What it had found out by then, such as an exit code. */
    readonly output?: unknown,
  ) {
    super(message);
    this.name = 'ActionError';
  }
}
