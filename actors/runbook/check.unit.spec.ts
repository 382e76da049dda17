import { checkRunbook } from './check';
import { actions, check, faultsOf, ofStep, rich } from './check-fixture';

describe('checkRunbook', () => {
  it('gives back what is in order, as it was given', () => {
    expect(checkRunbook(rich, actions)).toEqual({ document: rich });
    expect((checkRunbook(rich, actions) as { document: unknown }).document).toBe(rich);
  });

  describe('the shape', () => {
    it.each<[string, unknown, [string, string][]]>([
      ['nothing', null, [['', 'must be of type object']]],
      ['a text', 'steps: []', [['', 'must be of type object']]],
      [
        'an empty object',
        {},
        [
          ['/name', 'is required'],
          ['/steps', 'is required'],
        ],
      ],
      ['an unknown key', { name: 'a', steps: [check], stages: 1 }, [['/stages', 'is not known here']]],
      ['no steps', { name: 'a', steps: [] }, [['/steps', 'must have at least 1 items']]],
      ['a step that is a text', { name: 'a', steps: ['x'] }, [['/steps/0', 'must be of type object']]],
      ['a bad name', { name: 'A b', steps: [check] }, [['/name', 'must match ^[a-z0-9][a-z0-9-]{0,62}$']]],
      [
        'a bad choice',
        { name: 'a', steps: [check], on_failure: 'cry' },
        [['/on_failure', 'must be one of stop, undo, ask']],
      ],
      [
        'an unknown key in a nested step',
        { name: 'a', steps: [{ id: 'g', steps: [{ ...check, retries: 3 }] }] },
        [['/steps/0/steps/0/retries', 'is not known here']],
      ],
      [
        'an unknown type of input',
        { name: 'a', input: { x: { type: 'int' } }, steps: [check] },
        [['/input/x/type', 'must be one of string, integer, number, boolean, array, object, secret']],
      ],
    ])('%s', (_what, document, faults) => {
      expect(faultsOf(document)).toEqual(faults);
    });

    it('says in words what a duration or a wait may be', () => {
      expect(ofStep({ wait: 'soon' })[0]?.[1]).toContain('such as `30s`, `15m`, `2h`, `7d`');
      expect(ofStep({ wait: { untl: 'x' } })).toEqual([
        ['/steps/0/wait', expect.stringContaining('an object with until')],
      ]);
      expect(ofStep({ ...check, undo: 'yes' })).toEqual([
        ['/steps/0/undo', expect.stringContaining('must be true or an object with action, with')],
      ]);
    });

    it('wants plain JSON', () => {
      const at = (value: unknown): [string, string][] => ofStep({ action: 'file.write', with: { path: 'x', value } });
      expect(at(Number.NaN)).toEqual([['/steps/0/with/value', 'NaN is no number that JSON knows']]);
      expect(at(-Infinity)).toEqual([['/steps/0/with/value', '-Infinity is no number that JSON knows']]);
      expect(at(new Date(0))).toEqual([['/steps/0/with/value', 'is no value that JSON knows']]);
      expect(at(5n)).toEqual([['/steps/0/with/value', 'is no value that JSON knows']]);
      expect(at('a\0')).toEqual([['/steps/0/with/value', "holds a character that can't be kept"]]);
      expect(at('\ud83d')).toEqual([['/steps/0/with/value', "holds a character that can't be kept"]]);
      expect(at('😀')).toEqual([]);
      expect(at(undefined)).toEqual([['/steps/0/with/value', 'is no value that JSON knows']]);
    });

    it('refuses names that are traps', () => {
      expect(faultsOf(JSON.parse('{"name": "a", "steps": [], "__proto__": {"name": "b"}}'))).toEqual([
        ['/__proto__', 'is not allowed as a name'],
      ]);
      expect(
        ofStep({ action: 'file.write', with: JSON.parse('{"path": "x", "a": {"constructor": 1}}') as object }),
      ).toEqual([['/steps/0/with/a/constructor', 'is not allowed as a name']]);
      expect(faultsOf({ name: 'a', steps: [{ ...check, id: 'constructor' }] })).toEqual([
        ['/steps/0/id', 'is not allowed as an id'],
      ]);
    });

    it('refuses nesting without end, in steps and in values', () => {
      let step: object = check;
      for (let n = 0; n < 5000; n += 1) step = { id: `s${n}`, steps: [step] };
      expect(faultsOf({ name: 'a', steps: [step] })).toEqual([[expect.any(String), 'is nested deeper than 64 levels']]);
      let value: unknown = 1;
      for (let n = 0; n < 5000; n += 1) value = [value];
      expect(ofStep({ action: 'file.write', with: { path: 'x', value } })).toHaveLength(1);
    });

    it('tells fifty faults at the most', () => {
      const steps = Array.from({ length: 200 }, (_, n) => ({ id: `s${n}`, action: 'no.such' }));
      expect(faultsOf({ name: 'a', steps })).toHaveLength(50);
    });
  });

  describe('the inputs it declares', () => {
    it.each<[string, object, [string, string][]]>([
      [
        'a limit of another type',
        { type: 'boolean', pattern: 'a' },
        [['/input/x/pattern', 'means nothing for an input of type boolean']],
      ],
      [
        'a pattern that can not be read',
        { type: 'string', pattern: '(' },
        [['/input/x/pattern', "can't be used: a ( is not closed"]],
      ],
      [
        'a pattern that looks back',
        { type: 'string', pattern: '(a)\\1' },
        [['/input/x/pattern', "can't be used: \\1 is not supported"]],
      ],
      ['limits out of order', { type: 'integer', minimum: 5, maximum: 4 }, [['/input/x/minimum', 'is above maximum']]],
      ['a default of another type', { type: 'integer', default: 'a' }, [['/input/x/default', 'must be an integer']]],
      [
        'a default beyond a limit',
        { type: 'string', default: 'abc', max_length: 2 },
        [['/input/x/default', 'must have at most 2 characters']],
      ],
      ['a choice of another type', { type: 'string', enum: ['a', 5] }, [['/input/x/enum/1', 'must be a string']]],
      [
        'a default that is no choice',
        { type: 'string', enum: ['a'], default: 'b' },
        [['/input/x/default', 'must be one of "a"']],
      ],
      [
        'the value of a secret',
        { type: 'secret', default: 'hunter2' },
        [['/input/x/default', 'must be a reference to a secret, such as secret://name, never its value']],
      ],
      [
        'a default that is never used',
        { type: 'string', default: 'b', required: true },
        [['/input/x/default', 'is never used, because the input is required']],
      ],
      [
        'an expression as a default',
        { type: 'string', default: '${{ run.id }}' },
        [['/input/x/default', 'is taken as it stands: there are no expressions in defaults']],
      ],
      ['a secret by reference', { type: 'secret', default: 'secret://a' }, []],
    ])('%s', (_what, field, faults) => {
      expect(ofStep({ ...check, id: 'a' }, { input: { x: field } })).toEqual(faults);
    });
  });
});
