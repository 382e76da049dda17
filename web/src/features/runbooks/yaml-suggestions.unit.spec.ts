import { keysOf, suggestionsFor } from './yaml-suggestions';

const vocabulary = {
  keys: [{ label: 'steps' }],
  stepKeys: [{ label: 'action' }, { label: 'wait' }],
  actions: [{ label: 'shell.run' }],
};

describe('what the editor of runbooks suggests', () => {
  it('is keys of the document, keys of a step, or actions, by where one writes', () => {
    expect(suggestionsFor('st', vocabulary)).toEqual({ from: 0, options: [{ label: 'steps: ' }] });
    expect(suggestionsFor('  - a', vocabulary)).toEqual({
      from: 4,
      options: [{ label: 'action: ' }, { label: 'wait: ' }],
    });
    expect(suggestionsFor('    action: shell.r', vocabulary)).toEqual({ from: 12, options: vocabulary.actions });
    expect(suggestionsFor('    name: So', vocabulary)).toBeNull();
    expect(suggestionsFor('', vocabulary)).toBeNull();
  });

  it('takes its keys from the schema', () => {
    expect(keysOf({ properties: { if: { description: 'When.' }, id: {} } })).toEqual([
      { label: 'if', info: 'When.' },
      { label: 'id' },
    ]);
    expect(keysOf(undefined)).toEqual([]);
  });
});
