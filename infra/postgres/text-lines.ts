/** Longer lines become several, in bytes. */
const longestLine = 8 * 1024;

/** Makes lines of text that comes in pieces. */
export class TextLines {
  private rest = '';

  /** The lines that this piece completes, without their line breaks (`\n` or `\r\n`). */
  push(piece: string): string[] {
    const parts = piece.split('\n');
    parts[0] = this.rest + (parts[0] ?? '');
    const open = portions(parts.pop() ?? '');
    // The last portion may still grow.
    this.rest = open.pop() ?? '';
    return [...parts.flatMap((line) => portions(line.endsWith('\r') ? line.slice(0, -1) : line)), ...open];
  }

  /** What is left without a line break. */
  end(): string[] {
    const { rest } = this;
    this.rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** Cuts a line between characters so that no portion is too long. */
function portions(line: string): string[] {
  if (line.length * 3 <= longestLine || Buffer.byteLength(line) <= longestLine) return [line];
  const bytes = Buffer.from(line);
  const found: string[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = Math.min(from + longestLine, bytes.length);
    // The bytes of a character after its first one look like 10xxxxxx.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    found.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return found;
}
