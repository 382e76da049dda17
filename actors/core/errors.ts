/** Why a command was refused, as a JSON Pointer into what was sent and a message for a person. */
export interface FieldError {
  pointer: string;
  message: string;
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
  /** A kind's own code failed; the agent is as it was. */
  | 'decision_failed';

/** A refusal by the domain. It knows nothing of HTTP; one table in the API maps each code to a problem. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly fields: FieldError[] = [],
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** By its shape, because `instanceof` is unreliable across the workflow sandbox. */
export function isDomainError(error: unknown): error is DomainError {
  return error instanceof Error && error.name === 'DomainError' && 'code' in error;
}
