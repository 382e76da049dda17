import { hashOf } from '../actors/core/hash-chain';
import type { RunbookDocument } from '../actors/runbook/document';
import { describeActions } from '../activities/actions/catalogue';
import { Problem } from './problem';
import { parseRunbook } from './runbook-source';

/** A runbook that was checked, and is not kept yet. */
export interface CheckedRunbook {
  name: string;
  document: RunbookDocument;
  source: string;
  hash: string;
}

/** Names that the addresses of the API take for something else. */
const takenNames = new Set(['schema', 'lint']);

/** A runbook out of its text, YAML or JSON. @throws Problem `invalid_runbook` */
export function checkedSource(source: string): CheckedRunbook {
  const document = parseRunbook(source, describeActions());
  if (takenNames.has(document.name)) {
    const message = `no runbook can be named ${document.name}`;
    throw new Problem('invalid_runbook', message, [{ pointer: '/name', message }]);
  }
  return { name: document.name, document, source, hash: hashOf(document) };
}

/** The same out of a document; faults point into it and name no line. @throws Problem `invalid_runbook` */
export function checkedDocument(document: unknown): CheckedRunbook {
  try {
    return checkedSource(JSON.stringify(document, null, 2));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const fields = error.fields.map(({ pointer, message }) => ({ pointer: `/document${pointer}`, message }));
    throw new Problem(error.code, error.message, fields);
  }
}
