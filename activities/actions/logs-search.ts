import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { RE2JS } from 're2js';
import { Type } from '@sinclair/typebox';
import { Redactor } from '../redaction';
import { redactedText } from '../logs/redact-lines';
import { action, ActionError } from './action';
import { pathField } from './fields';
import { allowedPath } from './roots';

export const logsSearch = action({
  name: 'logs.search',
  title: 'Search a log',
  description:
    'Counts the lines of a file that match a pattern (RE2), and shows the last of them, without what looks like a secret.',
  input: Type.Object(
    {
      path: pathField('A file below those that may be read.'),
      pattern: Type.String({ description: 'RE2: no look-around, no back-references.', minLength: 1, maxLength: 500 }),
      most: Type.Integer({ description: 'Lines that are shown.', minimum: 1, maximum: 100, default: 20 }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    count: Type.Integer(),
    scanned: Type.Integer({ description: 'Lines that were looked at.' }),
    lines: Type.Array(Type.Object({ number: Type.Integer(), text: Type.String() })),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 300,
  plan: async ({ path, pattern }, context) => ({ searches: await allowedPath(path, 'read', context), pattern }),

  async run({ path, pattern, most }, context) {
    const expression = compiled(pattern);
    const file = createReadStream(await allowedPath(path, 'read', context), { signal: context.signal });
    const redactor = new Redactor();
    const last: { number: number; text: string }[] = [];
    let [count, scanned] = [0, 0];
    // Awaited, so that a file that is not there fails the step and not the worker.
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      scanned += 1;
      if (!expression.matcher(line).find()) continue;
      count += 1;
      last.push({ number: scanned, text: line.slice(0, 4000) });
      if (last.length > most) last.shift();
    }
    return { count, scanned, lines: last.map(({ number, text }) => ({ number, text: redactedText(text, redactor) })) };
  },
});

/** @throws ActionError `invalid_input` */
function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new ActionError('invalid_input', `the pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
}
