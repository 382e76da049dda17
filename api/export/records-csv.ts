import { stringify } from 'csv-stringify/sync';
import { eventAgent, type EventRecord } from '../../actors/core/event';

const columns = [
  'agent',
  'sequence',
  'time',
  'type',
  'messagetype',
  'principal',
  'reason',
  'commandid',
  'data',
  'prevhash',
  'hash',
] as const;

/** RFC 4180, every cell quoted. What a spreadsheet would take for a formula begins with an apostrophe. */
const form = { quoted: true, record_delimiter: 'windows', escape_formulas: true } as const;

export const csvHeader = stringify([columns], form);

/** Records as lines of `records.csv`. It is for reading: what is checked is `records.ndjson`. */
export function csvLines(records: readonly EventRecord[]): string {
  return stringify(records.map(cells), form);
}

function cells(record: EventRecord): string[] {
  const { sequence, time, type, messagetype, principal, reason = '', commandid, data, prevhash, hash } = record;
  return [
    eventAgent(record),
    String(sequence),
    time,
    type,
    messagetype,
    principal,
    reason,
    commandid,
    JSON.stringify(data),
    prevhash,
    hash,
  ];
}
