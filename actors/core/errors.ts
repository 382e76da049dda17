import type { DomainEvent } from './event';

/** Why a command was refused, as a JSON Pointer into what was sent and a message for a person. */
export interface FieldError {
  pointer: string;
  message: string;
  /** Where in the text, from 1, of what was sent as text. */
  line?: number;
  column?: number;
}

export type DomainErrorCode =
  | 'unknown_kind'
  | 'unknown_command'
  | 'invalid_command'
  | 'invalid_config'
  | 'internal_command'
  | 'agent_stopped'
  | 'version_conflict'
  | 'version_not_found'
  | 'limit_reached'
  | 'not_found'
  | 'not_allowed'
  | 'invalid_runbook'
  | 'invalid_input'
  | 'internal_kind'
  | 'run_ended'
  | 'approval_not_pending'
  | 'approval_expired'
  | 'plan_changed'
  | 'self_approval'
  | 'role_missing'
  | 'already_answered'
  | 'reason_required'
  /** A kind's own code failed; the agent is as it was. */
  | 'decision_failed';

/** A refusal by the domain. It knows nothing of HTTP; one table in the API maps each code to a problem. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly fields: FieldError[] = [],
    /** What is to be on record of the refusal itself: facts that follow although the command was not done. */
    readonly recorded: DomainEvent[] = [],
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** By its shape, because `instanceof` is unreliable across the workflow sandbox. */
export function isDomainError(error: unknown): error is DomainError {
  return error instanceof Error && error.name === 'DomainError' && 'code' in error;
}

/** Whether a command could not be sent because there is no such agent, or it was stopped. */
export function isGone(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'agent_not_found' || code === 'agent_stopped';
}
