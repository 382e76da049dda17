import { DomainError } from '../actors/core/errors';
import type { Guards } from '../actors/core/launch';
import type { RunbookDocument } from '../actors/runbook/document';
import { durationMs } from '../actors/runbook/duration';
import { isExpressionError, render } from '../actors/runbook/expressions';

/** What the rules around a run may see of it. */
export type LaunchScope = Readonly<Record<string, unknown>>;

/** @throws DomainError `invalid_runbook` | `invalid_input` */
export function targetsOf({ targets = [] }: RunbookDocument, scope: LaunchScope): string[] {
  const list = rendered(targets, scope);
  const keys = Array.isArray(list) ? list : [list];
  if (!keys.every((key) => typeof key === 'string' && key !== '' && key.length <= 500)) {
    throw new DomainError('invalid_runbook', 'targets are a list of texts, each at most 500 characters');
  }
  return [...new Set(keys as string[])];
}

/** @throws DomainError `invalid_input` */
export function guardsOf({ guards = {} }: RunbookDocument, scope: LaunchScope): Guards {
  const seconds = (value: unknown): number => durationMs(rendered(value, scope) as string | number) / 1000;
  return {
    ...(guards.cooldown === undefined ? {} : { cooldown: seconds(guards.cooldown) }),
    ...(guards.max_runs === undefined ? {} : { maxRuns: guards.max_runs }),
    ...(guards.window === undefined ? {} : { window: seconds(guards.window) }),
  };
}

/** @throws DomainError `invalid_input` where it can't be made of this input */
export function rendered(template: unknown, scope: LaunchScope): unknown {
  try {
    return render(template, scope);
  } catch (error) {
    if (!isExpressionError(error)) throw error;
    throw new DomainError('invalid_input', `the runbook can't make its targets of this input: ${error.message}`);
  }
}
