import { Type } from '@sinclair/typebox';
import { Problem } from './problem';

/** After an event, by its sequence, or at a time (ISO 8601, UTC): after the last event that had happened by then. */
export type Moment = number | { time: string };

/** A moment as a parameter has it. */
export const momentText = Type.Unsafe<string>({
  type: 'string',
  description:
    'After which event, by its sequence, or at what time (RFC 3339): after the last event that had happened by then.',
  maxLength: 40,
  anyOf: [{ pattern: '^[1-9][0-9]{0,14}$' }, { format: 'date-time' }],
  examples: ['2', '2026-11-24T21:47:22.758Z'],
});

/** @throws Problem `invalid_parameter` where it is no moment that there can be */
export function momentOf(text: string): Moment {
  if (/^[0-9]+$/.test(text)) {
    const sequence = Number(text);
    if (Number.isSafeInteger(sequence)) return sequence;
  } else {
    const time = new Date(text);
    if (!Number.isNaN(time.getTime())) return { time: time.toISOString() };
  }
  throw new Problem('invalid_parameter', `${text} is no moment`);
}
