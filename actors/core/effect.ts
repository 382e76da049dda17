/**
 * What an agent wants done outside of itself, decided purely and carried out by the shell, at least once.
 * What outlives a run of the agent is a workflow of its own (a *companion*), so each effect names one by id and is
 * harmless when done twice.
 */
export type Effect =
  /** Start the companion where it does not run, and tell it what it should be doing now. */
  | { type: 'configure'; workflow: string; id: string; input: unknown }
  /** Start a companion once; an id that was started before, even one that ended, is left alone. */
  | { type: 'start'; workflow: string; id: string; input: unknown };
