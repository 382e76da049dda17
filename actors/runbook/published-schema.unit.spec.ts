import Ajv2020 from 'ajv/dist/2020';
import { Type } from '@sinclair/typebox';
import { checkRunbook, type ActionFacts } from './check';
import { actions, check, rich } from './check-fixture';
import { publishedSchema } from './published-schema';
import { words } from './schema-words';

type Json = Record<string, unknown>;

function validator(known: readonly ActionFacts[]): (document: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(publishedSchema(known));
  return (document) => validate(document);
}

const isValid = validator(actions);
const withStep = (step: object): object => ({ name: 'a', steps: [{ id: 'a', ...step }] });

describe('publishedSchema', () => {
  it('is plain JSON, of the dialect that it names', () => {
    const schema = publishedSchema(actions) as Json;
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(new Ajv2020().validateSchema(schema)).toBe(true);
  });

  it('takes a runbook that has everything', () => {
    expect(isValid(rich)).toBe(true);
  });

  it.each<[string, object]>([
    ['an expression for a whole input', { action: 'http.check', with: { url: '${{ input.x }}', timeout: '${{ 5 }}' } }],
    ['an expression for a choice', { action: 'http.check', with: { url: 'http://a', expect: '${{ 200 }}' } }],
    [
      'an expression within a choice',
      { action: 'http.check', with: { url: 'http://a', expect: { from: '${{ 1 }}', to: 5 } } },
    ],
    ['a secret', { action: 'http.check', with: { url: 'secret://the-url', headers: { a: 'Bearer secret://t' } } }],
    ['an expression for a list', { action: 'shell.run', with: { argv: '${{ input.argv }}' } }],
    ['an expression for an enumerated text', { action: 'shell.run', with: { argv: ['a'], effect: '${{ "read" }}' } }],
    ['an action to undo with', { ...check, undo: { action: 'shell.run', with: { argv: ['undo'] } } }],
    ['steps within steps', { parallel: [{ id: 'b', steps: [{ ...check, id: 'c' }] }] }],
    ['an approval alone', { approval: {} }],
    ['an approval of steps', { approval: { roles: ['ops'] }, steps: [check] }],
  ])('takes %s, as the check does', (_what, step) => {
    expect(isValid(withStep(step))).toBe(true);
    expect(
      checkRunbook({ input: { x: { type: 'string' }, argv: { type: 'array' } }, ...withStep(step) }, actions),
    ).not.toHaveProperty('faults');
  });

  it.each<[string, unknown]>([
    ['no object', null],
    ['an empty object', {}],
    ['an unknown key', { ...withStep(check), stages: [] }],
    ['no steps', { name: 'a', steps: [] }],
    ['a step that does nothing', withStep({})],
    ['a step that does two things', withStep({ ...check, wait: 5 })],
    ['an unknown key in a nested step', withStep({ parallel: [{ ...check, retries: 3 }] })],
    ['an unknown action', withStep({ action: 'http.chekc' })],
    ['an action without what it asks for', withStep({ action: 'http.check' })],
    ['an action with too little', withStep({ action: 'http.check', with: {} })],
    ['an action with what it does not know', withStep({ action: 'http.check', with: { url: 'http://a', uri: 1 } })],
    ['an action with a wrong form', withStep({ action: 'http.check', with: { url: 'ftp://a' } })],
    [
      'an action with a wrong type, nested',
      withStep({ steps: [{ id: 'b', action: 'shell.run', with: { argv: [''] } }] }),
    ],
    ['an undo with a wrong input', withStep({ ...check, undo: { action: 'shell.run', with: { argv: [] } } })],
    ['an undo with an unknown action', withStep({ ...check, undo: { action: 'x.y' } })],
    ['until without an action', withStep({ run: 'x', until: { condition: true } })],
    ['foreach without steps', withStep({ ...check, foreach: { items: [] } })],
    ['a bad duration', withStep({ wait: 'soon' })],
    ['a fault in what verifies', { ...withStep(check), verify: { steps: [{ id: 'b' }] } }],
  ])('refuses %s, as the check does', (_what, document) => {
    expect(isValid(document)).toBe(false);
    expect(checkRunbook(document, actions)).toHaveProperty('faults');
  });

  it('tells an editor what everything means', () => {
    const { $defs, properties } = publishedSchema([
      { ...actions[0], title: 'Check', description: 'Asks a URL.' } as ActionFacts,
    ]) as { $defs: { step: { properties: Record<string, Json> } }; properties: Record<string, Json> };
    expect($defs.step.properties.action).toMatchObject({
      oneOf: [{ const: 'http.check', title: 'Check', description: 'Asks a URL.' }],
    });
    for (const name of Object.keys(words.document))
      expect([name, typeof properties[name]?.description]).toEqual([name, 'string']);
    for (const name of Object.keys(words.step))
      expect([name, typeof $defs.step.properties[name]?.description]).toEqual([name, 'string']);
    expect(JSON.stringify(properties.verify)).toContain(words.verify.settle);
    expect(JSON.stringify($defs.step)).toContain(words.wait.until);
  });

  it('keeps what JSON Schema does not know out of it, and marks secrets', () => {
    const input = Type.Object({
      token: Type.String({ secret: true, minLength: 8 }),
      note: Type.String({ default: 'x', custom: 1 }),
      nothing: Type.Null(),
      either: Type.Optional(Type.Union([Type.Literal('a'), Type.Null()])),
    });
    const known: ActionFacts[] = [{ name: 'x.y', effect: 'read', undo: false, input }];
    const step = (more: object): object =>
      withStep({ action: 'x.y', with: { token: 'secret://a', nothing: null, ...more } });
    expect(validator(known)(step({}))).toBe(true);
    expect(validator(known)(step({ either: 'a' }))).toBe(true);
    expect(validator(known)(step({ either: 'b' }))).toBe(false);
    expect(validator(known)(step({ nothing: '${{ null }}' }))).toBe(true);
    expect(validator(known)(step({ token: 'short' }))).toBe(false);
    expect(JSON.stringify(publishedSchema(known))).toContain('"writeOnly":true');
    expect(JSON.stringify(publishedSchema(known))).not.toContain('custom');
  });
});
