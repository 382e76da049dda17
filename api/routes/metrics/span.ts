import { Type } from '@sinclair/typebox';
import { Problem } from '../../problem';

/** Most points of one answer. */
export const mostPoints = 10_000;
const mostDays = 366;
const defaultHours = 24;

const time = Type.String({ format: 'date-time' });

/** What each reading of a time series takes. */
export const spanQuery = {
  from: Type.Optional(
    Type.String({ ...time, description: `Inclusive; ${defaultHours} hours before \`to\` unless told.` }),
  ),
  to: Type.Optional(
    Type.String({ ...time, description: `Exclusive; now unless told. At most ${mostDays} days after \`from\`.` }),
  ),
};

export interface Span {
  from: Date;
  to: Date;
  /** Between them. */
  seconds: number;
}

/** @throws Problem `invalid_span` */
export function spanOf(query: { from?: string; to?: string }): Span {
  const to = query.to === undefined ? new Date() : new Date(query.to);
  const from = query.from === undefined ? new Date(to.getTime() - defaultHours * 3_600_000) : new Date(query.from);
  const seconds = (to.getTime() - from.getTime()) / 1000;
  // A leap second is none that can be told.
  if (!(seconds > 0)) throw new Problem('invalid_span', '`from` must be before `to`', [pointer('from')]);
  if (seconds > mostDays * 86_400) {
    throw new Problem('invalid_span', `\`from\` and \`to\` are more than ${mostDays} days apart`, [pointer('from')]);
  }
  return { from, to, seconds };
}

/** @param each how many lines there may be, each with its points @throws Problem `invalid_span` where it is more than one answer holds */
export function checkPoints({ seconds }: Span, step: number, each: number): void {
  const points = Math.ceil(seconds / step) * each;
  if (points <= mostPoints) return;
  throw new Problem(
    'invalid_span',
    `${points} points were asked for, and an answer holds ${mostPoints}: take a longer step, a shorter span, or a smaller limit`,
    [pointer('step')],
  );
}

function pointer(name: string): { pointer: string; message: string } {
  return { pointer: `/${name}`, message: 'asks for what no answer can be' };
}
