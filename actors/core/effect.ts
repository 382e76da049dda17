import type { LaunchRequest } from './launch';

/**
 * What an agent wants done outside of itself, decided purely and carried out by the shell, at least once.
 * What outlives a run of the agent is a workflow of its own (a *companion*), so each effect names one by id and is
 * harmless when done twice.
 */
export type Effect =
  /** Start the companion where it does not run, and tell it what it should be doing now. */
  | { type: 'configure'; workflow: string; id: string; input: unknown }
  /** Start a companion once; an id that was started before, even one that ended, is left alone. */
  | { type: 'start'; workflow: string; id: string; input: unknown }
  /** Begin a run; one that can't begin is told to the agent that asked for it. */
  | { type: 'launch'; request: LaunchRequest }
  /** Send another agent a command. Where it is gone, nobody needs to hear it. */
  | { type: 'tell'; agent: string; command: { id: string; type: string; data: object } }
  /** Ask whether an agent still lives; the answer comes as a command `ReportOwner` `{owner, alive}`. */
  | { type: 'inquire'; agent: string; about: string; id: string };
