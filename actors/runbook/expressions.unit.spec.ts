import {
  evaluate,
  expressionsIn,
  holds,
  render,
  stepReferences,
  syntaxError,
  type ExpressionError,
  type Scope,
} from './expressions';

const scope: Scope = {
  input: {
    service: 'web',
    replicas: 3,
    hosts: ['a', 'b', 'c'],
    ratio: 2.5,
    nothing: null,
    token: 'secret://web-token',
  },
  steps: {
    usage: { status: 'succeeded', output: { percent: 91, disks: [{ name: 'sda', free: 10 }] }, error: null },
    probe: { status: 'failed', error: { code: 'timeout', message: 'no answer' } },
  },
  item: { name: 'b', n: 2 },
  index: 1,
  run: { id: 'r1', runbook: 'restart', version: 4, started_by: 'ann', trigger: { type: 'api' } },
};

function codeOf(work: () => unknown): string {
  try {
    return `none, but ${JSON.stringify(work()).slice(0, 200)}`;
  } catch (error) {
    expect(error).toMatchObject({ name: 'ExpressionError' });
    return (error as ExpressionError).code;
  }
}

describe('evaluate', () => {
  it.each<[string, unknown]>([
    ['input.service', 'web'],
    ['input.replicas + 1', 4],
    ['input.replicas / 2', 1],
    ['input.ratio * 2.0', 5],
    ['input.hosts[1]', 'b'],
    ['size(input.hosts)', 3],
    ['"b" in input.hosts', true],
    ['"service" in input', true],
    ['steps.usage.output.percent > 90', true],
    ['steps.usage.output.percent > 90.5', true],
    ['steps["usage"].status == "succeeded"', true],
    ['steps.usage.error == null', true],
    ['steps.usage.output', { percent: 91, disks: [{ name: 'sda', free: 10 }] }],
    ['steps.map(s, steps[s].status)', ['succeeded', 'failed']],
    ['steps.usage.output.disks.filter(d, d.free < 20).map(d, d.name)', ['sda']],
    ['has(input.missing) ? input.missing : "none"', 'none'],
    ['has(input.nothing)', true],
    [
      'input.hosts.map(h, {"host": h, "last": h == "c"})',
      [
        { host: 'a', last: false },
        { host: 'b', last: false },
        { host: 'c', last: true },
      ],
    ],
    ['item.n + index', 3],
    ['run.trigger.type + "-" + string(run.version)', 'api-4'],
    ['"web-42".matches("^[a-z]+-[0-9]+$")', true],
    ['"a,b".split(",")', ['a', 'b']],
    ['input.hosts.join("+")', 'a+b+c'],
    ['json(input.hosts) + json({"n": input.replicas})', '["a","b","c"]{"n":3}'],
    ['cel.bind(n, input.replicas, n * n)', 9],
    ['int("12") + 1', 13],
    ['7u', 7],
    ['duration("90m")', '5400s'],
    ['duration("1.5ms") < duration("1h")', true],
    ['size("😀é")', 2],
    ['"naïve 😀"', 'naïve 😀'],
    ['{}', {}],
    ['null', null],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, scope)).toEqual(expected);
  });

  it('works the same with whole and with broken numbers, as a step may yield either', () => {
    for (const percent of [50, 50.5]) {
      const given = { ...scope, output: { percent } };
      expect(evaluate('output.percent * 2.0', given)).toBe(percent * 2);
      expect(evaluate('1.5 + output.percent - 0.5', given)).toBe(percent + 1);
      expect(evaluate('output.percent / 2.0', given)).toBe(percent / 2);
      expect(evaluate('output.percent >= 50', given)).toBe(true);
    }
  });

  it.each([
    ['an input that was not given', 'input.missing'],
    ['a step that is not done', 'steps.later.output'],
    ['an output that is not there', 'steps.probe.output.x'],
    ['a key of null', 'input.nothing.x'],
    ['a name that is none', 'secrets'],
    ['the time', 'now'],
    ['an item outside of a foreach', 'output.x'],
    ['a key of a prototype', 'input.toString'],
    ['a name of a prototype', 'hasOwnProperty'],
    ['a part of what is not there', 'has(steps.later.output.x)'],
    ['it within a list', 'input.hosts.map(h, input.missing)'],
  ])('says unknown_value for %s', (_what, expression) => {
    expect(codeOf(() => evaluate(expression, scope))).toBe('unknown_value');
  });

  it.each([
    ['bad syntax', 'input.'],
    ['nothing', ''],
    ['types that do not fit', '"a" + 1'],
    ['types that do not fit, once known', 'input.service + input.replicas'],
    ['an index out of bounds', 'input.hosts[9]'],
    ['division by zero', 'input.replicas / 0'],
    ['no number', '0.0 / 0.0'],
    ['an infinite number', 'double("inf")'],
    ['a number that JSON would round', '9007199254740993'],
    ['an overflow', '9223372036854775807 + 1'],
    ['a type', 'type(1)'],
    ['a function that is none', 'getenv("HOME")'],
    ['the time, called', 'now()'],
    ['times, which depend on the machine', 'timestamp("2026-01-01T00:00:00Z")'],
    ['bytes', 'b"abc"'],
    ['bytes of a text', 'bytes("abc")'],
    ['a prototype', 'input.__proto__.x'],
    ['a reserved name', '__proto__'],
    ['a pattern that can not be read', '"a".matches("(")'],
    ['a very long expression', `"${'a'.repeat(3000)}"`],
    ['deep nesting', `${'('.repeat(500)}1${')'.repeat(500)}`],
    ['deep negation', `${'!'.repeat(1900)}true`],
    ['a long chain', `1${'+1'.repeat(300)}`],
    ['a duration that is none', `duration("${'1'.repeat(1000)}")`],
  ])('says expression_failed for %s', (_what, expression) => {
    expect(codeOf(() => evaluate(expression, scope))).toMatch(/^(expression_failed|unknown_value)$/);
    if (!expression.includes('__proto__.')) expect(codeOf(() => evaluate(expression, scope))).toBe('expression_failed');
  });

  it('changes nothing in its scope', () => {
    const before = JSON.stringify(scope);
    evaluate('input.hosts.map(h, h + "!") + input.hosts', scope);
    expect(JSON.stringify(scope)).toBe(before);
  });

  it('keeps a key that would be a prototype as a plain key', () => {
    const given = { ...scope, output: JSON.parse('{"__proto__": {"admin": true}, "a": 1}') as unknown };
    expect(Object.keys(evaluate('output', given) as object)).toEqual(['__proto__', 'a']);
    expect(codeOf(() => evaluate('output.admin', given))).toBe('unknown_value');
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('refuses values that are nested without end', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 5000; n += 1) deep = [deep];
    expect(codeOf(() => evaluate('output', { ...scope, output: deep }))).toBe('expression_failed');
  });
});

describe('the work of an expression', () => {
  const list = Array.from({ length: 10_000 }, (_, n) => n);
  const given: Scope = { ...scope, input: { list, text: 'x'.repeat(60_000), objects: list.map((n) => ({ n })) } };

  it('is enough for a list of ten thousand', () => {
    expect(evaluate('input.list.filter(n, n % 2 == 0).map(n, n * 2).size()', given)).toBe(5000);
    expect(evaluate('input.objects.exists(o, o.n == 9999)', given)).toBe(true);
    expect(evaluate('input.list', given)).toEqual(list);
  });

  it.each([
    ['lists within lists', 'input.list.map(a, input.list.map(b, a + b))'],
    ['it where the result is thrown away', 'input.list.exists(a, input.list.all(b, b == a && a == -1))'],
    ['it where an error would be swallowed', 'input.list.all(a, !input.list.exists(b, b == -1)) || true'],
    ['looking everything up in everything', 'input.list.all(a, !(-1 in input.list))'],
    ['comparing everything with everything', 'input.list.map(a, input.objects == input.objects)'],
    ['one value many times over', 'input.list.map(a, input.list)'],
    [
      'a text that doubles',
      Array.from({ length: 30 }, (_, n) => `cel.bind(t${n + 1}, t${n} + t${n}, `).join('') + 't30' + ')'.repeat(30),
    ],
    [
      'a list that doubles',
      'cel.bind(a, input.list + input.list, cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + b, c + c + c)))',
    ],
    ['joining with a long text', 'input.list.map(n, "a").join(input.text)'],
    ['a pattern on long texts', 'input.list.map(n, input.text.matches("^(x+x+)+y$"))'],
    ['writing everything as JSON', 'input.list.map(n, json(input.list))'],
  ])('is bounded for %s', (_what, expression) => {
    const text = expression.includes('t0') ? `cel.bind(t0, "xxxxxxxx", ${expression})` : expression;
    expect(codeOf(() => evaluate(text, given))).toBe('expression_failed');
  });

  it('is bounded for all of a template together', () => {
    const template = Array.from({ length: 200 }, () => '${{ input.list.map(n, n + 1).size() }}');
    expect(render(template.slice(0, 2), given)).toEqual([10_000, 10_000]);
    expect(codeOf(() => render(template, given))).toBe('expression_failed');
  });

  it('begins anew with each evaluation', () => {
    for (let n = 0; n < 30; n += 1) expect(evaluate('input.list.map(n, n * 2 + 1).size()', given)).toBe(10_000);
  });
});

describe('holds', () => {
  it.each<[boolean | string, boolean]>([
    [true, true],
    [false, false],
    ['input.replicas == 3', true],
    ['${{ input.replicas == 4 }}', false],
    ['  ${{ input.replicas == 3 }}\n', true],
    ['"${{" == "${{"', true],
  ])('%p is %p', (condition, expected) => {
    expect(holds(condition, scope)).toBe(expected);
  });

  it.each([['input.service'], ['input.nothing'], ['1'], ['${{ true }} && ${{ true }}'], ['${{ true'], ['']])(
    'refuses %p',
    (condition) => {
      expect(codeOf(() => holds(condition, scope))).toBe('expression_failed');
    },
  );
});

describe('render', () => {
  it('keeps the type of a text that is one expression, and writes others as text', () => {
    const template = {
      hosts: '${{ input.hosts }}',
      count: ' ${{ input.replicas }} ',
      text: 'restart ${{ input.service }} x${{ input.replicas }}: ${{ input.hosts }} ${{ null }}',
      deep: [{ map: '${{ {"a": {"b": 1}} }}' }, 5, null, true, 'plain }} $ { text'],
      quoted: '${{ "}}" + \'}}\' }}${{ """a"b}}""" }}',
    };
    expect(render(template, scope)).toEqual({
      hosts: ['a', 'b', 'c'],
      count: 3,
      text: 'restart web x3: ["a","b","c"] null',
      deep: [{ map: { a: { b: 1 } } }, 5, null, true, 'plain }} $ { text'],
      quoted: '}}}}a"b}}',
    });
  });

  it('never looks at what it filled in', () => {
    const given = { ...scope, input: { name: '${{ input.token }}' } };
    expect(render('${{ input.name }}/${{ input.name }}', given)).toBe('${{ input.token }}/${{ input.token }}');
  });

  it.each([['${{ input.service'], ['${{ }}'], ['a ${{ "b }}'], ['${{ input.hosts[ }}']])('refuses %p', (template) => {
    expect(codeOf(() => render({ a: [template] }, scope))).toBe('expression_failed');
  });

  it('tells what is not known yet', () => {
    expect(codeOf(() => render({ a: ['x ${{ steps.later.output.sha }}'] }, scope))).toBe('unknown_value');
  });

  it('takes long texts, and keys that are odd', () => {
    const template = JSON.parse(
      `{"__proto__": "\${{ 1 }}", "long": ${JSON.stringify('y'.repeat(1_000_000))}}`,
    ) as unknown;
    const result = render(template, scope) as Record<string, unknown>;
    expect(Object.entries(result).map(([key, value]) => [key, String(value).length])).toEqual([
      ['__proto__', 1],
      ['long', 1_000_000],
    ]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });

  describe('and references to secrets', () => {
    const given: Scope = {
      ...scope,
      steps: { fetch: { status: 'succeeded', output: { body: 'secret://root-key', name: 'root-key' } } },
    };

    it('lets through those that the author wrote, and those of the input', () => {
      expect(render('Bearer ${{ input.token }}', given)).toBe('Bearer secret://web-token');
      expect(render('${{ {"a": [input.token, "secret://own"]} }}', given)).toEqual({
        a: ['secret://web-token', 'secret://own'],
      });
      expect(render('secret://own and ${{ input.service }}', given)).toBe('secret://own and web');
    });

    it.each([
      ['taken from an output', '${{ steps.fetch.output.body }}'],
      ['taken from an output, deep within', '${{ [steps.fetch.output] }}'],
      ['within a text', 'x ${{ steps.fetch.output.body }}'],
      ['put together', 'secret://${{ steps.fetch.output.name }}'],
      ['put together by an expression', '${{ "secret:/" + "/" + steps.fetch.output.name }}'],
      ['made longer', 'secret://own${{ "-" + steps.fetch.output.name }}'],
    ])('refuses one that is %s', (_what, template) => {
      expect(codeOf(() => render({ url: template }, given))).toBe('expression_failed');
    });
  });
});

describe('syntaxError', () => {
  it('is null for what can be read', () => {
    for (const text of ['true', 'input.x > 1 && has(steps.a.output)', '${{ [1, "a", null] }}'])
      expect(syntaxError(text)).toBeNull();
  });

  it('is one line that says what is wrong', () => {
    expect(syntaxError('input.x >')).toBe('Unexpected token: EOF');
    expect(syntaxError('now()')).toBe('there is no function now');
    expect(syntaxError('1 + "a"')).toContain('no such overload');
    expect(syntaxError('${{ a }} b')).toContain('a condition is one expression');
    expect(syntaxError(`a.${'b'.repeat(400)}(`)).not.toContain('\n');
  });
});

describe('expressionsIn', () => {
  it('finds all of them, in their order', () => {
    expect(
      expressionsIn({ a: 'x ${{ one }} ${{two}}', b: [{ c: '${{ {"a": {"b": 1}} }}' }, 3, null], d: 'none' }),
    ).toEqual(['one', 'two', '{"a": {"b": 1}}']);
  });

  it('refuses one that has no end', () => {
    expect(codeOf(() => expressionsIn(['${{ a }']))).toBe('expression_failed');
  });
});

describe('stepReferences', () => {
  it.each([
    ['steps.a.output.x + steps["b"].status', ['a', 'b']],
    ['"steps.a" == "x" // steps.b', []],
    ['input.steps.a', []],
    ['[1].map(x, steps.inner.output + x)', ['inner']],
    ['steps.list.output.map(steps, steps.shadow)', ['list']],
    ['cel.bind(steps, steps.outer, steps.shadow)', ['outer']],
    ['steps[item]', []],
    ['has(steps.a.output.b) ? steps.c : null', ['a', 'c']],
  ])('of %s are %p', (expression, expected) => {
    expect(stepReferences(expression).sort()).toEqual(expected);
  });
});
