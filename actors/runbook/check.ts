import type { FieldError } from '../core/errors';
import { jsonBytes } from '../core/json-size';
import { expressionFaults } from './check-expressions';
import { inputFaults } from './check-inputs';
import { jsonFaults, shapeFaults } from './check-shape';
import { stepFaults, type ActionFacts } from './check-steps';
import type { RunbookDocument } from './document';
import { mostDocumentBytes } from './limits';

export type { ActionFacts };

const mostFaults = 50;

/**
 * Checks a runbook as far as that can be done before it runs.
 * @param document plain JSON
 * @param actions all that there are
 * @returns the document as it was given, or its faults (50 at the most) as JSON Pointers into it
 */
export function checkRunbook(
  document: unknown,
  actions: readonly ActionFacts[],
): { document: RunbookDocument } | { faults: FieldError[] } {
  const faults = faultsOf(document, actions);
  return faults.length > 0 ? { faults: faults.slice(0, mostFaults) } : { document: document as RunbookDocument };
}

/** What does not have the shape of a runbook can't be looked at any further. */
function faultsOf(document: unknown, actions: readonly ActionFacts[]): FieldError[] {
  const json = jsonFaults(document);
  if (json.length > 0) return json;
  if (jsonBytes(document) > mostDocumentBytes) {
    return [{ pointer: '', message: `is larger than ${mostDocumentBytes} bytes as JSON` }];
  }
  const shape = shapeFaults(document);
  if (shape.length > 0) return shape;
  const runbook = document as RunbookDocument;
  return [...inputFaults(runbook), ...stepFaults(runbook, actions), ...expressionFaults(runbook)];
}
