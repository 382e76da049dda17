import Ajv from 'ajv';
import { actionNamed, actions, describeActions, plannable } from './catalogue';

describe('the catalogue', () => {
  it('finds every action by a name of its own', () => {
    expect(new Set(actions.map(({ name }) => name)).size).toBe(actions.length);
    for (const action of actions) {
      expect(action.name).toMatch(/^[a-z]+\.[a-z]+$/);
      expect(actionNamed(action.name)).toBe(action);
    }
    expect(actionNamed('no.such')).toBeUndefined();
    expect(actionNamed('constructor')).toBeUndefined();
  });
  it('describes them in plain JSON, with schemas that others can read', () => {
    const described = describeActions();
    expect(JSON.parse(JSON.stringify(described))).toHaveLength(actions.length);
    const ajv = new Ajv({ strict: false });
    for (const { input, output, timeout, title, description } of described) {
      expect(() => [
        ajv.compile(JSON.parse(JSON.stringify(input)) as object),
        ajv.compile(JSON.parse(JSON.stringify(output)) as object),
      ]).not.toThrow();
      expect([timeout > 0, title.length > 0, description.endsWith('.')]).toEqual([true, true, true]);
    }
  });
  it('says what is known of effects, and what depends', () => {
    const of = (name: string): object | undefined => describeActions().find((one) => one.name === name);
    expect(of('debug.echo')).toMatchObject({ effect: 'read', idempotent: true, undo: false, verify: false });
    expect(of('shell.run')).toMatchObject({ effect: 'depends', idempotent: 'depends', verify: true });
    expect(of('file.write')).toMatchObject({ effect: 'reversible', undo: true });
    expect(of('process.signal')).toMatchObject({ effect: 'destructive', idempotent: false });
  });
  it('can be polled by whatever reads only', () => {
    const reading = describeActions().filter(({ effect }) => effect === 'read');
    expect(reading.every(({ idempotent }) => idempotent === true)).toBe(true);
  });
  it('takes back only what can be taken back', () => {
    for (const { name, undo, effect } of describeActions())
      expect([name, undo]).toEqual([name, effect === 'reversible']);
  });
});

it('what is plannable has nothing that does anything', () => {
  for (const action of plannable().values()) {
    expect(Object.keys(action).filter((key) => ['run', 'verify', 'undo'].includes(key))).toEqual([]);
    expect(Object.getPrototypeOf(action)).toBe(Object.prototype);
  }
});
