/** Why something could not be done with an agent, a run or a schedule. Each has a literal `code`; the API maps it to a problem. */
export type AgentFailureCode =
  | 'agent_exists'
  | 'agent_not_found'
  | 'agent_stopped'
  | 'queue_full'
  | 'runbook_not_found'
  | 'run_not_found'
  | 'schedule_exists'
  | 'schedule_not_found'
  | 'invalid_schedule'
  | 'unavailable';

export class AgentFailure extends Error {
  constructor(
    readonly code: AgentFailureCode,
    message: string,
    /** When it makes sense to try again, for `queue_full` and `unavailable`. */
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AgentFailure';
  }
}
