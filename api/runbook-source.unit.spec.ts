import { Type } from '@sinclair/typebox';
import type { FieldError } from '../actors/core/errors';
import type { ActionFacts } from '../actors/runbook/check';
import { Problem } from './problem';
import { parseRunbook } from './runbook-source';

const actions: ActionFacts[] = [
  {
    name: 'http.check',
    effect: 'read',
    undo: false,
    input: Type.Object(
      {
        url: Type.String(),
        timeout: Type.Optional(Type.Integer()),
        headers: Type.Optional(Type.Record(Type.String(), Type.String())),
      },
      { additionalProperties: false },
    ),
  },
];

function problemOf(source: string): Problem {
  try {
    parseRunbook(source, actions);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'invalid_runbook', status: 422 });
    return error as Problem;
  }
  throw new Error('it was taken');
}

const faultsOf = (source: string): FieldError[] => [...problemOf(source).fields];

/** Where each fault is, as `pointer line:column`. */
const placesOf = (source: string): string[] =>
  faultsOf(source).map(({ pointer, line, column }) => `${pointer} ${line}:${column}`);

const good = `# Checks a service.
name: check
input:
  service:
    type: string
steps:
  - id: check
    action: http.check
    with:
      url: https://\${{ input.service }}/health   # a comment
      timeout: 0x10
`;

const goodDocument = {
  name: 'check',
  input: { service: { type: 'string' } },
  steps: [{ id: 'check', action: 'http.check', with: { url: 'https://${{ input.service }}/health', timeout: 16 } }],
};

describe('parseRunbook', () => {
  it('reads YAML, and JSON, which is YAML too', () => {
    expect(parseRunbook(good, actions)).toEqual(goodDocument);
    expect(parseRunbook(JSON.stringify(goodDocument), actions)).toEqual(goodDocument);
    expect(parseRunbook(JSON.stringify(goodDocument, null, '\t'), actions)).toEqual(goodDocument);
    expect(parseRunbook(`\ufeff${good.replaceAll('\n', '\r\n')}`, actions)).toEqual(goodDocument);
  });

  it('reads aliases, and texts of several lines', () => {
    const source = `name: a
description: |
  One.
  Two 😀.
steps:
  - {id: a, action: http.check, with: &with {url: "x"}}
  - {id: b, action: http.check, with: *with}
`;
    expect(parseRunbook(source, actions)).toMatchObject({
      description: 'One.\nTwo 😀.\n',
      steps: [{ with: { url: 'x' } }, { with: { url: 'x' } }],
    });
  });

  it('takes words as words, not as YAML 1.1 does', () => {
    const source = `%YAML 1.1\n---\n${good.replace('name: check', 'name: check\ndescription: yes\noutput: {on: 2020-01-01}')}`;
    expect(parseRunbook(source, actions)).toMatchObject({ description: 'yes', output: { on: '2020-01-01' } });
  });

  describe('names the place', () => {
    it('of a value, of a key, and of what is missing', () => {
      const source = `name: check
stages: []
steps:
  - id: check
    timeout: soon
    retries:
      attempts: 3
  - action: http.check
`;
      expect(placesOf(source).sort()).toEqual([
        '/stages 2:1',
        '/steps/0/retries 6:5',
        '/steps/0/timeout 5:14',
        '/steps/1/id 8:5',
      ]);
    });

    it('in JSON', () => {
      const source = '{\n  "name": "check",\n  "steps": [\n    {"id": "a", "action": "http.chekc"}\n  ]\n}';
      expect(faultsOf(source)).toEqual([
        { pointer: '/steps/0/action', message: 'there is no action "http.chekc"', line: 4, column: 27 },
      ]);
    });

    it('of an expression, and of keys with odd names', () => {
      const source = `name: check
steps:
  - id: check
    action: http.check
    if: steps.chek.output == 1
    with:
      url: "a\${{ inputs.x }}"
      "odd/na~me": 1
`;
      expect(faultsOf(source)).toEqual([
        { pointer: '/steps/0/with/odd~1na~0me', message: 'is not known here', line: 8, column: 20 },
        { pointer: '/steps/0/if', message: 'there is no step chek', line: 5, column: 9 },
        {
          pointer: '/steps/0/with/url',
          message: 'there is no inputs here, but input, run, steps',
          line: 7,
          column: 12,
        },
      ]);
    });

    it('of what an alias stands for', () => {
      const source = `name: a
steps:
  - {id: a, action: http.check, with: &with {url: 5}}
  - id: b
    action: http.check
    with: *with
`;
      expect(placesOf(source)).toEqual(['/steps/0/with/url 3:51', '/steps/1/with/url 3:51']);
    });

    it('of nothing at all', () => {
      for (const source of ['', '# nothing', '---', 'null', '5', '[]'])
        expect(faultsOf(source)).toEqual([
          { pointer: '', message: 'must be of type object', line: 1, column: expect.any(Number) as number },
        ]);
    });
  });

  describe('refuses', () => {
    it.each<[string, string, Partial<FieldError>]>([
      ['what is no YAML', 'name: "a\nsteps: [', { line: 2 }],
      [
        'a tab as indentation',
        'name: a\nsteps:\n\t- id: a',
        { line: 3, message: 'Tabs are not allowed as indentation' },
      ],
      [
        'an expression that needs quotes',
        'name: a\nsteps:\n  - {id: a, if: "x"}\n  - id: b\n    if: ${{ a ? b : c }}',
        { line: 5, message: expect.stringContaining('may need quotes') as string },
      ],
      [
        'a key that stands twice',
        'name: a\nsteps: []\nname: b',
        { line: 3, column: 1, message: 'is there already: a key stands once' },
      ],
      [
        'a key that stands twice, in JSON',
        '{"name": "a",\n "steps": [{"id": "a", "id": "b"}]}',
        { line: 2, column: 24, message: 'is there already: a key stands once' },
      ],
      ['a second document', 'name: a\n---\nname: b', { line: 2, message: 'begins a second document: a source is one' }],
      ['a tag of its own', 'name: !env HOME', { line: 1, column: 7, message: 'Unresolved tag: !env' }],
      ['a tag for bytes', 'name: !!binary aGk=', { line: 1, column: 7 }],
      ['a tag for code', 'name: !!js/function "x"', { line: 1, column: 7 }],
      ['a key that is no text', 'name: a\n? [b]\n: c', { line: 2 }],
      ['an alias of nothing', 'name: *nothing', { message: expect.stringContaining('Unresolved alias') as string }],
      ['an alias within what it names', 'name: &a {b: [*a, *a]}', { message: 'an alias stands within what it names' }],
      [
        'merging',
        'name: a\nsteps: &s [{id: a, wait: 5}]\n<<: {output: {}}',
        { pointer: '/<<', line: 3, message: 'is not known here' },
      ],
      [
        'a prototype',
        '__proto__: {name: a}\nname: b\nsteps: []',
        { pointer: '/__proto__', line: 1, message: 'is not allowed as a name' },
      ],
      [
        'a number that is none',
        'name: a\nsteps: [{id: a, wait: .nan}]',
        { pointer: '/steps/0/wait', line: 2, message: 'NaN is no number that JSON knows' },
      ],
      [
        'a number without end',
        '{"name": "a", "steps": [{"id": "a", "wait": 1e400}]}',
        { pointer: '/steps/0/wait', line: 1 },
      ],
      ['a character that can not be kept', 'name: "a\\0"\nsteps: []', { pointer: '/name', line: 1, column: 7 }],
      ['half a character', 'name: "\\ud83d"\nsteps: []', { pointer: '/name', line: 1, column: 7 }],
    ])('%s', (_what, source, fault) => {
      expect(faultsOf(source)[0]).toMatchObject(fault);
      for (const one of faultsOf(source))
        expect([one.line, one.column]).toEqual([expect.any(Number), expect.any(Number)]);
    });

    it('a source of more than 256 KiB, in bytes', () => {
      const long = (characters: number): string => `name: check\ndescription: "${'é'.repeat(characters)}"\nsteps: []\n`;
      expect(problemOf(long(131_072)).message).toBe('the source is larger than 256 KiB');
      expect(problemOf(long(100_000)).message).toBe('the runbook is not valid');
    });

    it('an alias bomb', () => {
      const levels = [...'bcdefghij'].map(
        (name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[n]}`).join(', ')}]`,
      );
      expect(faultsOf(`a: &a [x, x, x, x]\n${levels.join('\n')}`)[0]?.message).toContain('Excessive alias count');
      const large = `a: &a "${'x'.repeat(100_000)}"\nb: [${Array(50).fill('*a').join(', ')}]`;
      expect(faultsOf(large)[0]?.message).toBe('is too large with its aliases written out');
    });

    it.each([
      ['lists', '['.repeat(120_000)],
      ['closed lists', `${'['.repeat(2000)}${']'.repeat(2000)}`],
      ['maps', '{a: '.repeat(50_000)],
      ['blocks', '- '.repeat(100_000)],
      ['keys', '? '.repeat(100_000)],
      ['indented blocks', Array.from({ length: 600 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
    ])('deep nesting of %s, before it is taken apart', (_what, source) => {
      expect(faultsOf(source)).toEqual([
        {
          pointer: '',
          message: 'is nested deeper than 100 levels',
          line: expect.any(Number) as number,
          column: expect.any(Number) as number,
        },
      ]);
    });

    it('thousands of faults with some of them', () => {
      for (const source of [
        `a: [${','.repeat(100_000)}]`,
        '"a" '.repeat(50_000),
        '&a '.repeat(50_000),
        'a: 1\n'.repeat(40_000),
      ])
        expect(faultsOf(source)).toHaveLength(20);
    });
  });
});
