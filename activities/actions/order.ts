import type { ActionEffect } from './action';

/** One attempt at one step, as the workflow of a run orders it. Secrets are in it by reference only. */
export interface StepOrder {
  runId: string;
  path: string;
  /** Counts the tries that the runbook's `retry` makes, from 1. */
  attempt: number;
  action: string;
  with: Record<string, unknown>;
  /** It may have been done already, as after a lost worker. */
  again?: boolean;
  /** What the step says; the action's own where it says nothing. */
  timeoutMs?: number;
  /** Real things that the run holds already. */
  held: string[];
  runbook: string;
  /** Hash of what was approved: anything else is not done. */
  approvedPlan?: string;
  /** Polls until this holds of the output (CEL, `output`), so that waiting costs no history. */
  poll?: { condition: boolean | string; everyMs: number; scope: Record<string, unknown> };
}

/** Takes back what a step did. */
export type UndoOrder = Pick<StepOrder, 'runId' | 'path' | 'action' | 'with' | 'held' | 'runbook'> & {
  output: unknown;
};

export interface Notification {
  severity: 'info' | 'warning' | 'critical';
  title: string;
  text: string;
}

/** Everything in it is redacted and bounded: it goes into histories and events. */
export type StepResult = {
  durationMs: number;
  /** Above 1 where a worker was lost over it. */
  tries: number;
  notifications: Notification[];
} & (
  | { status: 'succeeded'; output: unknown; effect: ActionEffect; planHash?: string }
  | { status: 'failed'; error: { code: string; message: string }; output?: unknown }
  /** Policy says no. Nothing was done. */
  | { status: 'vetoed'; code: string; reason: string }
  /** What it would do now is not what was approved. Nothing was done. */
  | { status: 'plan_changed'; planHash: string }
  /** Others hold what it must not touch; the run waits in line and is told. Nothing was done. */
  | { status: 'queued'; keys: { key: string; agent: string }[] }
);

/** What a step would do. `plan` is normalised; its hash is what an approval is bound to. */
export type PlannedStep =
  | { status: 'planned'; effect: ActionEffect; plan: object; planHash: string; locks: string[] }
  | { status: 'failed'; error: { code: string; message: string } };
