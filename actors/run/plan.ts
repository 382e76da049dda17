/** One step as it would be done: what can be known of it without doing anything. */
export interface PlannedNode {
  path: string;
  /** Which of a step's forms it is. */
  kind: 'action' | 'group' | 'parallel' | 'foreach' | 'approval' | 'wait' | 'run';
  name?: string;
  /** Whether its condition holds; `unknown` where that follows from something which is not done yet. */
  reached: 'yes' | 'no' | 'unknown';
  action?: string;
  effect?: 'read' | 'reversible' | 'destructive';
  /** What it would be given. Where that is not known yet: as the runbook has it. */
  with?: unknown;
  plan?: object;
  planHash?: string;
  locks?: string[];
  /** What about it can't be known yet, and why. */
  unknown?: string;
  error?: { code: string; message: string };
  /** What would be asked, waited for or run. */
  detail?: unknown;
  children?: PlannedNode[];
}

/** A dry-run of a whole run. Nothing of it has been done. */
export interface RunPlan {
  runbook: { name: string; version: number; hash: string };
  targets: string[];
  /** Why it would not be allowed to run now. */
  veto: { code: string; reason: string; until?: string } | null;
  steps: PlannedNode[];
  planHash: string;
}
