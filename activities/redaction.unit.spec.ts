import { Type } from '@sinclair/typebox';
import { markedSecrets, redactMarked, Redactor } from './redaction';

const secret = 'p@ss "word"/ü+1';

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  redactor.learn(...secrets);
  return redactor;
}

describe('a secret in a text', () => {
  const basic = (user: string): string => Buffer.from(`${user}:${secret}`).toString('base64');
  it.each([
    ['as it is', secret],
    ['escaped as JSON', JSON.stringify({ a: secret })],
    ['escaped for a URL', `?q=${encodeURIComponent(secret)}`],
    ['escaped in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['escaped as a form', new URLSearchParams({ q: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('is taken out %s', (_, text) => {
    const redacted = knowing(secret).text(`before ${text} after`);
    expect(redacted).toContain('[secret]');
    expect(redacted).toMatch(/^before .*after$/);
    for (const part of ['word', 'p@ss', 'p%40ss']) expect(redacted).not.toContain(part);
  });
  it.each(['a', 'ab', 'abc', 'abcd'])('is taken out of basic authorization of %s', (user) => {
    const redacted = knowing(secret).text(`Basic ${basic(user)}`);
    expect(redacted).toContain('[secret]');
    const left = redacted.replace('Basic ', '').replace('[secret]', '');
    expect(Buffer.from(left, 'base64').toString()).not.toContain('word');
    expect(left.length).toBeLessThan(basic(user).length / 2);
  });
  it('is taken out line by line where it has several', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
    expect(knowing(key).text('line: hkiG9w0BAQEFAASC.')).toBe('line: [secret].');
  });
  it('leaves nothing where two overlap', () => {
    expect(knowing('abcdef', 'defghi').text('<abcdefghi>')).toBe('<[secret]>');
  });
  it('shorter than four characters is taken out only where it is all', () => {
    const redactor = knowing('no');
    expect(redactor.text('nothing')).toBe('nothing');
    expect(redactor.json({ a: 'no', b: 'not' })).toEqual({ a: '[secret]', b: 'not' });
  });
});

describe('a secret in JSON', () => {
  it('is taken out at any depth, of names and of numbers', () => {
    const redactor = knowing('12345', 'hunter2');
    expect(redactor.json({ hunter2: [{ a: 'x hunter2 y' }], pin: 12345, n: 1, none: null, yes: true })).toEqual({
      '[secret]': [{ a: 'x [secret] y' }],
      pin: '[secret]',
      n: 1,
      none: null,
      yes: true,
    });
  });
});

describe('a secret in a stream', () => {
  const text = `first hunter2hunter2 then hunter and ${JSON.stringify('hunter2')} hunt`;
  it.each([1, 2, 3, 5, 7, 100])('is taken out however it is cut, as by %i', (size) => {
    const stream = knowing('hunter2').stream();
    let out = '';
    for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size));
    out += stream.end();
    expect(out).toBe('first [secret][secret] then hunter and "[secret]" hunt');
  });
  it('holds back no more than what may be the beginning of one', () => {
    const stream = knowing('hunter2').stream();
    expect(stream.push('all is well, hunt')).toBe('all is well, ');
    expect(stream.push('ing goes on')).toBe('hunting goes on');
  });
  it('of itself only does not pile up', () => {
    const stream = knowing('aaaa').stream();
    let held = 0;
    for (let i = 0; i < 1000; i++) held += 10 - stream.push('a'.repeat(10)).length;
    expect(stream.end().length).toBeLessThan(100);
    expect(held).toBeLessThan(10_000);
  });
  it('costs no more than a moment, whatever the text', () => {
    const stream = knowing('a'.repeat(2000), 'b'.repeat(2000)).stream();
    const chunk = `${'a'.repeat(1999)}c`.repeat(30);
    expect(stream.push(chunk) + stream.end()).toBe(chunk);
  });
});

describe('a field marked as secret', () => {
  const schema = Type.Object({
    name: Type.String(),
    token: Type.Optional(Type.String({ secret: true })),
    all: Type.Optional(Type.Array(Type.Object({ key: Type.String({ secret: true }) }))),
    by: Type.Optional(Type.Record(Type.String(), Type.String({ secret: true }))),
    one: Type.Optional(Type.Union([Type.Object({ pin: Type.Integer({ secret: true }) }), Type.String()])),
  });
  const value = { name: 'n', token: 't0ken', all: [{ key: 'k1' }], by: { a: 'v1' }, one: { pin: 7 }, more: 'm' };
  it('is replaced wherever it is', () => {
    expect(redactMarked(schema, value)).toEqual({
      name: 'n',
      token: '[secret]',
      all: [{ key: '[secret]' }],
      by: { a: '[secret]' },
      one: { pin: '[secret]' },
      more: 'm',
    });
    expect(redactMarked(schema, { name: 'n', one: 'text' })).toEqual({ name: 'n', one: 'text' });
  });
  it('is learned', () => {
    expect(markedSecrets(schema, value)).toEqual(['t0ken', 'k1', 'v1']);
  });
});
