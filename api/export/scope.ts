import { eventKind, type EventRecord } from '../../actors/core/event';
import type { ExportScope } from '../../actors/core/evidence/manifest';

/** Whether a record is one that was asked for, rather than one that is there to prove it. */
export function isAskedFor(scope: ExportScope, record: EventRecord): boolean {
  if (scope.type !== 'ledger') return true;
  const { from, to, principal, kind } = scope;
  const time = Date.parse(record.time);
  return (
    (from === undefined || time >= Date.parse(from)) &&
    (to === undefined || time < Date.parse(to)) &&
    (principal === undefined || record.principal === principal) &&
    (kind === undefined || eventKind(record) === kind)
  );
}
