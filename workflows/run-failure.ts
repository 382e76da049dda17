import { isDomainError } from '../actors/core/errors';
import { isExpressionError } from '../actors/runbook/expressions';
import type { StepError } from '../actors/run/step-state';

/** Why a step, and with it what is around it, could not be done. */
export class StepFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly output?: unknown,
    /** It is on record already. */
    readonly recorded = false,
  ) {
    super(message);
    this.name = 'StepFailure';
  }

  get error(): StepError {
    return { code: this.code, message: this.message };
  }
}

/** What was approved is not what would be done. */
export class PlanChanged extends Error {
  constructor(readonly presentHash: string) {
    super('the plan has changed');
    this.name = 'PlanChanged';
  }
}

/** @throws what no step can be blamed for: a cancellation, a fault of this program */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof StepFailure) return error;
  if (isExpressionError(error) || isDomainError(error)) return new StepFailure(error.code, error.message);
  throw error;
}
