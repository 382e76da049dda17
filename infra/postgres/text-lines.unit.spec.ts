import { TextLines } from './text-lines';

describe('TextLines', () => {
  it('makes the same lines however the text is cut into pieces', () => {
    const text = 'one\r\n\ntwo é€😀\nno end\r';
    const expected = ['one', '', 'two é€😀', 'no end\r'];
    for (let size = 1; size <= text.length; size += 1) {
      const lines = new TextLines();
      const found: string[] = [];
      for (let at = 0; at < text.length; at += size) found.push(...lines.push(text.slice(at, at + size)));
      expect([...found, ...lines.end()]).toEqual(expected);
    }
  });

  it('cuts what is too long between characters, and loses none', () => {
    const text = 'aé€😀'.repeat(5_000);
    for (const size of [text.length, 1_000, 7]) {
      const lines = new TextLines();
      const found: string[] = [];
      for (let at = 0; at < text.length; at += size) found.push(...lines.push(text.slice(at, at + size)));
      found.push(...lines.end());
      expect(found.join('')).toBe(text);
      const sizes = found.map((line) => Buffer.byteLength(line));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(8_192);
      expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(8_192 - 4);
    }
  });

  it('begins again after its end', () => {
    const lines = new TextLines();
    expect(lines.push('rest')).toEqual([]);
    expect(lines.end()).toEqual(['rest']);
    expect(lines.end()).toEqual([]);
    expect(lines.push('new\n')).toEqual(['new']);
  });
});
