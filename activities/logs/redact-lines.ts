import { shortText } from '../../actors/core/bounded-json';
import { redacted, type Redactor } from '../redaction';

const longestLine = 500;
const mostLines = 5;

/** What gives a secret away by its shape: after a name that says so, in an address, in a header, and keys with a known beginning. */
const shapes: [RegExp, string][] = [
  [
    /((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:bearer|basic)\s)?)[^\s"'&,;]{1,500}/gi,
    `$1${redacted}`,
  ],
  [/\b((?:bearer|basic)\s)[A-Za-z0-9+/._~=-]{8,2000}/gi, `$1${redacted}`],
  [/(:\/\/[^\s:/@]{0,100}:)[^\s@/]{1,200}@/g, `$1${redacted}@`],
  [
    /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,255}|xox[abp]-[A-Za-z0-9-]{10,200}|eyJ[\w-]{10,2000}\.[\w-]{1,4000}\.[\w-]{1,1000})/g,
    redacted,
  ],
];

/** Lines as they may leave the worker: known secrets and what looks like one taken out, then cut. */
export function redactedLines(lines: string[], redactor: Pick<Redactor, 'text'>): string[] {
  return lines.slice(0, mostLines).map((line) => redactedText(line, redactor));
}

export function redactedText(text: string, redactor: Pick<Redactor, 'text'>): string {
  const known = redactor.text(text);
  return shortText(
    shapes.reduce((line, [shape, by]) => line.replace(shape, by), known),
    longestLine,
  );
}
