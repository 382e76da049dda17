import { api, unwrap } from '../../api/client';
import { ProblemError, type FieldFault } from '../../api/problem';

export interface Linted {
  faults: readonly FieldFault[];
  /** What the runbook is called; null while it has faults. */
  name: string | null;
}

/** What is wrong with the text of a runbook; nothing is kept. @throws ProblemError where it could not be checked */
export async function lintRunbook(source: string): Promise<Linted> {
  if (source.trim() === '') return { faults: [{ pointer: '', message: 'is empty', line: 1, column: 1 }], name: null };
  try {
    const { name } = await unwrap(api.POST('/api/v1/runbooks/lint', { body: { source } }));
    return { faults: [], name };
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'invalid_runbook') return { faults: error.errors, name: null };
    throw error;
  }
}
