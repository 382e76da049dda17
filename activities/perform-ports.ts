import type { SecretStore } from '../infra/secrets';
import type { Action, ActionEffect, ActionSettings } from './actions/action';
import type { PlannableAction } from './actions/catalogue';

/** What plans are made with. */
export interface PlanPorts {
  actions: ReadonlyMap<string, PlannableAction>;
  settings: ActionSettings;
  secrets: SecretStore;
}

/** Says no to a step, with a stable code and a reason for a person, or null where it may be done. */
export type PolicyCheck = (check: {
  runbook: string;
  action: string;
  effect: ActionEffect;
  targets: string[];
}) => Promise<{ code: string; reason: string } | null>;

/** Who holds or waits for a lock: one step of one run. */
export interface LockOwner {
  run: string;
  path: string;
}

/** Locks of real things that a single step takes. Everything may be repeated. */
export interface StepLocks {
  /**
   * Takes the keys one after the other, in the order given, and stops at the first that others hold: the owner then waits in
   * line for that one, and keeps those it has.
   * @returns what it waits for; empty where all are held
   */
  take(keys: string[], owner: LockOwner): Promise<{ key: string; agent: string }[]>;
  /** Also leaves the line. */
  release(keys: string[], owner: LockOwner): Promise<void>;
}

/** Logs of steps. What is written has been redacted. Neither method rejects: a log that can't be kept fails no step. */
export interface StepLogs {
  open(runId: string, path: string, attempt: number): StepLog;
}

export interface StepLog {
  /** Resolves when it is taken, so that a flood is slowed down. */
  write(stream: 'stdout' | 'stderr' | 'info', text: string): Promise<void>;
  close(): Promise<void>;
}

/** What steps are done with. */
export interface StepPorts {
  actions: readonly Action[];
  settings: ActionSettings;
  secrets: SecretStore;
  policy: PolicyCheck;
  locks: StepLocks;
  logs: StepLogs;
  /** Told what went wrong beside the step, such as a lock that was not given back. */
  onError: (error: unknown, what: string) => void;
}

/** One try at an order, as the engine has it. */
export interface TryInfo {
  /** Counts from 1; above 1 where a worker was lost over the former try. */
  tries: number;
  /** Aborts on cancellation and on shutdown of the worker. */
  signal: AbortSignal;
  heartbeat(): void;
}
