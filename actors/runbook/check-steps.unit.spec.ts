import { check, faultsOf, ofStep } from './check-fixture';

describe('the steps of a runbook', () => {
  it.each<[string, object, [string, string][]]>([
    [
      'nothing to do',
      {},
      [['/steps/0', 'does nothing: give it one of action, steps, parallel, wait, run or approval']],
    ],
    [
      'two things to do',
      { ...check, id: 'a', run: 'other' },
      [['/steps/0/run', "can't go together with action: a step does one thing"]],
    ],
    [
      'a foreach on an action',
      { ...check, id: 'a', foreach: { items: [1] } },
      [['/steps/0/foreach', "can't go together with action: it belongs to steps"]],
    ],
    [
      'an approval on an action',
      { ...check, id: 'a', approval: {} },
      [['/steps/0/approval', "can't go together with action: it belongs to steps"]],
    ],
    [
      'a foreach on parallel',
      { parallel: [check], foreach: { items: [1] } },
      [['/steps/0/foreach', "can't go together with parallel: it belongs to steps"]],
    ],
    [
      'with on a wait',
      { wait: 5, with: {} },
      [['/steps/0/with', "can't go together with wait: it belongs to action or run"]],
    ],
    [
      'until on a run',
      { run: 'x', until: { condition: true } },
      [['/steps/0/until', "can't go together with run: it belongs to action"]],
    ],
    [
      'undo on steps',
      { steps: [check], undo: true },
      [['/steps/0/undo', "can't go together with steps: it belongs to action"]],
    ],
    [
      'retry on an approval',
      { approval: {}, retry: { attempts: 2 } },
      [['/steps/0/retry', "can't go together with approval: it belongs to action or run"]],
    ],
    ['an unknown action', { action: 'http.chekc' }, [['/steps/0/action', 'there is no action "http.chekc"']]],
    ['an action from a prototype', { action: 'toString' }, [['/steps/0/action', 'there is no action "toString"']]],
    [
      'an unknown action to undo with',
      { ...check, id: 'a', undo: { action: 'x.y' } },
      [['/steps/0/undo/action', 'there is no action "x.y"']],
    ],
    [
      'an action that has no undo',
      { ...check, id: 'a', undo: true },
      [['/steps/0/undo', "http.check can't take back what it did: name the action that does"]],
    ],
    [
      'polling with what writes',
      { action: 'file.write', with: { path: 'x' }, until: { condition: true } },
      [['/steps/0/until', 'repeats its action, and file.write does more than read']],
    ],
    [
      'four loops',
      {
        foreach: { items: [1] },
        steps: [
          {
            id: 'b',
            foreach: { items: [1] },
            steps: [
              { id: 'c', foreach: { items: [1] }, steps: [{ id: 'd', foreach: { items: [1] }, steps: [check] }] },
            ],
          },
        ],
      },
      [['/steps/0/steps/0/steps/0/steps/0/foreach', 'is the 4th within one another; there may be 3']],
    ],
  ])('%s', (_what, step, faults) => {
    expect(ofStep(step)).toEqual(faults);
  });

  it('lets an action poll whose effect follows from its input', () => {
    expect(ofStep({ action: 'shell.run', with: { argv: ['true'] }, until: { condition: 'output.ok' } })).toEqual([]);
  });

  it('wants ids to be unique over the whole document', () => {
    const document = { name: 'a', steps: [check, { id: 'g', parallel: [check] }], verify: { steps: [check] } };
    expect(faultsOf(document)).toEqual([
      ['/steps/1/parallel/0/id', 'is the id of /steps/0 already'],
      ['/verify/steps/0/id', 'is the id of /steps/0 already'],
    ]);
  });

  it('takes five hundred steps, and no more', () => {
    const group = (g: number, size: number): object => ({
      id: `g${g}`,
      steps: Array.from({ length: size }, (_, n) => ({ ...check, id: `s${g}_${n}` })),
    });
    expect(faultsOf({ name: 'a', steps: [group(1, 199), group(2, 199), group(3, 99)] })).toEqual([]);
    expect(faultsOf({ name: 'a', steps: [group(1, 199), group(2, 199), group(3, 100)] })).toEqual([
      ['/steps', 'are 501 with those within them; there may be 500'],
    ]);
  });
});

describe('the input of actions', () => {
  const ofWith = (input: object | undefined, action = 'http.check'): [string, string][] =>
    ofStep({ action, ...(input && { with: input }) }, { input: { x: { type: 'string' }, key: { type: 'secret' } } });

  it.each<[string, object | undefined, [string, string][]]>([
    ['nothing', undefined, [['/steps/0/with/url', 'is required']]],
    ['an unknown name', { url: 'http://a', uri: 1 }, [['/steps/0/with/uri', 'is not known here']]],
    ['a wrong type', { url: 5 }, [['/steps/0/with/url', 'must be of type string']]],
    ['a wrong form', { url: 'ftp://a' }, [['/steps/0/with/url', 'must match ^https?://']]],
    [
      'too small a number',
      { url: 'http://a', timeout: 0 },
      [['/steps/0/with/timeout', 'must be greater or equal to 1']],
    ],
    ['an expression', { url: '${{ input.x }}', timeout: '${{ 5 }}' }, []],
    ['an expression within a text', { url: '${{ input.x }}/health' }, []],
    ['an expression for a part of a choice', { url: 'http://a', expect: { from: '${{ 1 }}', to: 5 } }, []],
    ['an expression for all of a choice', { url: 'http://a', expect: '${{ {"from": 1} }}' }, []],
    [
      'an expression beside a fault',
      { url: '${{ input.x }}', timeout: 'x' },
      [['/steps/0/with/timeout', 'must be of type number']],
    ],
    ['a secret, which is a text of any form', { url: 'secret://the-url', headers: { a: 'Bearer secret://token' } }, []],
    [
      'a secret where a number must be',
      { url: 'http://a', timeout: 'secret://n' },
      [['/steps/0/with/timeout', 'must be of type number']],
    ],
  ])('%s', (_what, input, faults) => {
    expect(ofWith(input)).toEqual(faults);
  });

  it('is checked for the action that takes back, too', () => {
    expect(ofStep({ ...check, id: 'a', undo: { action: 'shell.run', with: { argv: [] } } })).toEqual([
      ['/steps/0/undo/with/argv', 'must have at least 1 items'],
    ]);
    expect(ofWith({ argv: ['a'], effect: 'rm' }, 'shell.run')).toEqual([
      ['/steps/0/with/effect', 'must be one of read, destructive'],
    ]);
  });
});
