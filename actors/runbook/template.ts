import { ExpressionError } from './expression-error';

/** What a text with `${{ }}` in it is made of. */
export type Piece = { text: string } | { expression: string };

/**
 * Splits at `${{` and the `}}` that ends it: not one within quotes, nor one that closes maps.
 * @throws ExpressionError `expression_failed` where an expression has no end, or is empty
 */
export function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < template.length;) {
    const start = template.indexOf('${{', from);
    if (start !== from) pieces.push({ text: template.slice(from, start < 0 ? undefined : start) });
    if (start < 0) break;
    const end = endOf(template, start + 3);
    const expression = template.slice(start + 3, end).trim();
    if (expression === '') throw new ExpressionError('expression_failed', 'an empty expression: ${{ }}');
    pieces.push({ expression });
    from = end + 2;
  }
  return pieces;
}

/** The expression where the text is exactly one `${{ }}` and nothing else, else null. */
export function onlyExpression(template: string): string | null {
  const pieces = piecesOf(template.trim());
  const [piece] = pieces;
  return pieces.length === 1 && piece && 'expression' in piece ? piece.expression : null;
}

/**
 * The expression of a condition, which may stand without `${{ }}`.
 * @throws ExpressionError `expression_failed` where there is more beside the `${{ }}`
 */
export function conditionExpression(text: string): string {
  if (!text.trimStart().startsWith('${{')) return text;
  const expression = onlyExpression(text);
  if (expression === null)
    throw new ExpressionError('expression_failed', 'a condition is one expression: put all of it within one ${{ }}');
  return expression;
}

function endOf(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' || character === "'") at = endOfQuote(text, at);
    else if (character === '{') open += 1;
    else if (character === '}' && open > 0) open -= 1;
    else if (character === '}' && text[at + 1] === '}') return at;
  }
  throw new ExpressionError('expression_failed', 'an expression has no end: }} is missing');
}

/** @returns the last character of the quoted text that begins at `start`. */
function endOfQuote(text: string, start: number): number {
  const quote = text[start] ?? '';
  const triple = quote.repeat(3);
  const closing = text.startsWith(triple, start) ? triple : quote;
  for (let at = start + closing.length; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(closing, at)) return at + closing.length - 1;
  }
  throw new ExpressionError('expression_failed', `a text within an expression has no end: ${quote} is missing`);
}
