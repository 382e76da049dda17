import { checkRunbook, type ActionFacts } from '../actors/runbook/check';
import type { RunbookDocument } from '../actors/runbook/document';
import { Problem } from './problem';
import { YamlError, YamlSource } from './yaml-source';

/**
 * A runbook from its text, YAML or JSON, of at most 256 KiB.
 * @param actions all that there are
 * @throws Problem `invalid_runbook`; each of its fields names the line and the column beside the JSON Pointer
 */
export function parseRunbook(source: string, actions: readonly ActionFacts[]): RunbookDocument {
  const yaml = read(source);
  const result = checkRunbook(yaml.value, actions);
  if ('document' in result) return result.document;
  throw new Problem('invalid_runbook', 'the runbook is not valid', yaml.located(result.faults));
}

function read(source: string): YamlSource {
  try {
    return new YamlSource(source);
  } catch (error) {
    if (error instanceof YamlError) throw new Problem('invalid_runbook', error.message, error.faults);
    throw error;
  }
}
