/** What made a run begin. */
export interface Trigger {
  type: 'api' | 'agent' | 'schedule' | 'webhook' | 'run';
  /** The agent that asked for it, and is told how it ended. */
  agent?: string;
  issue?: string;
  target?: string;
  schedule?: string;
  hook?: string;
  delivery?: string;
  /** The run that asked for it, and the path of the step that waits for it. */
  run?: string;
  step?: string;
  /** How many runs are above it. */
  depth?: number;
}

/** How often runs may touch one target. Durations are seconds. */
export interface Guards {
  /** After a run has ended, none may begin before this has passed. */
  cooldown?: number;
  /** Most runs that may begin within `window`. */
  maxRuns?: number;
  window?: number;
}

/** What is wanted of a new run; `temporal/launcher.ts` makes the run of it. Durations are seconds. */
export interface LaunchRequest {
  /** The same id launches once: a retry, or a delivery that comes twice, finds the run that is there. */
  id: string;
  runbook: string;
  /** The newest where it is left out. */
  version?: number;
  input: Record<string, unknown>;
  trigger: Trigger;
  /** In whose name. */
  principal: string;
  reason?: string;
  traceparent?: string;
  /** Stricter guards than the runbook's own. */
  guards?: Guards;
}
