import { check, ofStep } from './check-fixture';

describe('the expressions of a runbook', () => {
  const given = { input: { x: { type: 'string' } } };

  it.each<[string, object, [string, string][]]>([
    ['one that can not be read', { ...check, id: 'a', if: 'input.x ==' }, [['/steps/0/if', 'Unexpected token: EOF']]],
    [
      'one without an end',
      { ...check, id: 'a', with: { url: 'http://${{ input.x' } },
      [['/steps/0/with/url', 'an expression has no end: }} is missing']],
    ],
    ['an unknown input', { ...check, id: 'a', if: 'input.y == "b"' }, [['/steps/0/if', 'there is no input y']]],
    [
      'an unknown step, deep within',
      { action: 'shell.run', with: { argv: ['a', 'b ${{ steps.bb.output }}'] } },
      [['/steps/0/with/argv/1', 'there is no step bb']],
    ],
    [
      'the time',
      { ...check, id: 'a', if: 'now > 5' },
      [['/steps/0/if', 'there is no now here, but input, run, steps']],
    ],
    [
      'a function that is none',
      { ...check, id: 'a', if: 'fetch("x") == 1' },
      [['/steps/0/if', 'there is no function fetch']],
    ],
    [
      'an item outside of a loop',
      { ...check, id: 'a', if: 'item == 1' },
      [['/steps/0/if', 'item is known within a foreach only']],
    ],
    [
      'an output outside of an until',
      { ...check, id: 'a', if: 'output.ok' },
      [['/steps/0/if', 'output is known in the condition of an until only; elsewhere it is steps.<id>.output']],
    ],
    [
      'an item in the list of its own loop',
      { foreach: { items: '${{ item }}' }, steps: [check] },
      [['/steps/0/foreach/items', 'item is known within a foreach only']],
    ],
    [
      'a list that is a text',
      { foreach: { items: 'input.x' }, steps: [check] },
      [['/steps/0/foreach/items', 'must be a list, or one expression that yields a list']],
    ],
    [
      'a list with something beside it',
      { foreach: { items: '${{ [1] }} ' + '${{ [2] }}' }, steps: [check] },
      [['/steps/0/foreach/items', 'must be one expression and nothing beside it']],
    ],
    [
      'a duration of two expressions',
      { ...check, id: 'a', timeout: '${{ 1 }}${{ "s" }}' },
      [['/steps/0/timeout', 'must be one expression and nothing beside it']],
    ],
    [
      'a duration of more than a year',
      { wait: '9999w' },
      [['/steps/0/wait', expect.stringContaining('"9999w" is not a duration') as string]],
    ],
    [
      'a moment without a zone',
      { wait: { until: '2030-01-01T00:00:00' } },
      [['/steps/0/wait/until', 'must be a time such as 2026-01-31T06:00:00Z, with its zone']],
    ],
    [
      'a moment that is none',
      { wait: { until: '2030-13-01T00:00:00Z' } },
      [['/steps/0/wait/until', 'must be a time such as 2026-01-31T06:00:00Z, with its zone']],
    ],
    [
      'a role from an expression',
      { approval: { roles: ['${{ input.x }}'] } },
      [['/steps/0/approval/roles/0', 'is taken as it stands: there are no expressions here']],
    ],
    [
      'two conditions',
      { ...check, id: 'a', if: '${{ true }} || ${{ true }}' },
      [['/steps/0/if', 'a condition is one expression: put all of it within one ${{ }}']],
    ],
  ])('%s', (_what, step, faults) => {
    expect(ofStep(step, given)).toEqual(faults);
  });

  it('know no steps before the run begins', () => {
    expect(
      ofStep({ ...check, id: 'a' }, { targets: ['host:${{ steps.a.output }}'], timeout: '${{ steps.a.output }}' }),
    ).toEqual([
      ['/targets/0', 'steps are not known before the run begins'],
      ['/timeout', 'steps are not known before the run begins'],
    ]);
  });

  it('know the outputs of all steps at the end', () => {
    expect(ofStep({ ...check, id: 'a' }, { output: { ok: '${{ steps.a.output.ok }}', no: '${{ steps.b }}' } })).toEqual(
      [['/output/no', 'there is no step b']],
    );
  });
});
