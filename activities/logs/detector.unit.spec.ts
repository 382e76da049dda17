import { logLines } from '../../bench/log-lines';
import { Redactor } from '../redaction';
import { LogDetector, type DetectorOptions } from './detector';
import { requiredLiterals } from './literals';
import { redactedLines } from './redact-lines';

const options = (more: Partial<DetectorOptions> = {}): DetectorOptions => ({
  patterns: [],
  learnLines: 3000,
  windowMs: 10_000,
  newPatterns: true,
  spikes: true,
  ...more,
});
const lines = (...all: string[]): Buffer => Buffer.from(all.map((line) => `${line}\n`).join(''));

describe('what is unusual in a log', () => {
  it('is the three anomalies that were planted, and nothing else', () => {
    const patterns = [{ name: 'corrupt', pattern: 'checksum (mismatch|failure) in segment \\d+' }];
    const detector = new LogDetector(options({ patterns }));
    const found = [...logLines(100_000, 800)].flatMap((chunk) => detector.consume(chunk));
    expect(found.map(({ kind, what }) => `${kind} ${what.slice(0, 24)}`)).toEqual([
      'new <*> FATAL deadlock betwe',
      'new <*> INFO checksum mismat',
      'pattern corrupt',
      'spike <*> WARN slow query on t',
    ]);
    expect(found[3]?.lines).toHaveLength(5);
    expect(found[3]?.count).toBeGreaterThan(5 * (found[3]?.expected ?? Infinity));
  });

  it('is found by another worker, from what the former has learned', () => {
    const chunks = [...logLines(100_000, 800)];
    const first = new LogDetector(options());
    for (const chunk of chunks.slice(0, 90)) first.consume(chunk);
    const model = JSON.parse(JSON.stringify(first.snapshot())) as ReturnType<LogDetector['snapshot']>;
    const second = new LogDetector(options(), model);
    const found = chunks.slice(90).flatMap((chunk) => second.consume(chunk));
    expect(found.map(({ kind }) => kind)).toEqual(['spike']);
  });

  it('is told once while a pattern goes on, and again after a pause', () => {
    const patterns = [{ name: 'p', pattern: 'lost \\w+|\\d{3} gone' }];
    const detector = new LogDetector(options({ patterns }));
    const at = (second: number): string =>
      `2026-11-25T00:0${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}Z`;
    const tell = (second: number, text: string): number => detector.consume(lines(`${at(second)} ${text}`)).length;
    expect([tell(1, 'lost disk'), tell(2, 'lost disk'), tell(12, '123 gone'), tell(13, 'fine')]).toEqual([1, 0, 0, 0]);
    expect([tell(31, 'fine'), tell(41, 'lost disk')]).toEqual([0, 1]);
  });
});

it.each([
  ['checksum (mismatch|failure) in', ['checksum ']],
  ['abc|def\\d', ['abc', 'def']],
  ['abc|d', null],
  ['ab?cdef+g', ['cde']],
  ['(abc)def', ['def']],
  ['[abc]{3}', null],
  ['x\\.yzw', ['yzw']],
])('knows what must be in whatever %s matches', (source, literals) => {
  expect(requiredLiterals(source)).toEqual(literals);
});

it('takes secrets out of lines before it cuts them', () => {
  const redactor = new Redactor();
  redactor.learn('s3cret-value');
  const given = [
    'it was s3cret-value here',
    'password=hunter22 and "api_key": "abc123"',
    'Authorization: Bearer abcdefghijklmnop',
    'postgres://me:pass@host/db',
    `${'x'.repeat(1000)}`,
    'a sixth',
  ];
  const told = redactedLines(given, redactor);
  expect(told).toHaveLength(5);
  expect(told.join('\n')).not.toMatch(/s3cret|hunter22|abc123|abcdefghij|:pass@/);
  expect(Math.max(...told.map((line) => line.length))).toBeLessThan(600);
});
