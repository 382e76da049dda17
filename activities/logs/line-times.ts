/** Times at the beginning of lines, as `2026-11-25T10:00:00` or with a space; read by bytes, and only where they change. */
export class LineTimes {
  private readonly last = new Uint8Array(19);
  private lastMs: number | null = null;

  /** Epoch ms of the second that a line begins with (taken as UTC), or null. A bracket may stand before it. */
  of(bytes: Uint8Array, start: number, end: number): number | null {
    const from = bytes[start] === 0x5b ? start + 1 : start;
    if (end - from < 19 || bytes[from + 4] !== 0x2d || bytes[from + 7] !== 0x2d || bytes[from + 13] !== 0x3a)
      return null;
    let same = this.lastMs !== null;
    for (let i = 18; i >= 0 && same; i -= 1) same = this.last[i] === bytes[from + i];
    if (same) return this.lastMs;
    const text = String.fromCharCode(...bytes.subarray(from, from + 19));
    const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11)}Z`);
    if (Number.isNaN(ms)) return null;
    this.last.set(bytes.subarray(from, from + 19));
    this.lastMs = ms;
    return ms;
  }
}
