import { isRemainder, masked, planChanges, unknownYet } from './plan-changes';

const resource = (address: string, change: object): object => ({
  address,
  change: { before: null, after: null, ...change },
});
const planOf = (more: object, ...changes: object[]): string =>
  JSON.stringify({ format_version: '1.2', resource_changes: changes, ...more });

const made = resource('terraform_data.a', {
  actions: ['create'],
  after: { input: { user: 'ada', password: 'hunter22' } },
  after_unknown: { id: true, input: { host: true } },
  after_sensitive: { input: { password: true } },
});
const gone = resource('terraform_data.b', { actions: ['delete'], before: { input: 1 } });
const same = resource('terraform_data.c', { actions: ['no-op'], before: { input: 1 }, after: { input: 1 } });

describe('a plan, normalised', () => {
  it('shows what changes, with what is sensitive masked and what is not known yet named', () => {
    expect(planChanges(planOf({}, made, same)).shown).toEqual([
      {
        address: 'terraform_data.a',
        actions: ['create'],
        before: null,
        after: { id: unknownYet, input: { host: unknownYet, password: masked, user: 'ada' } },
      },
    ]);
  });
  it('is the same at another time, by another version, in another order', () => {
    const one = planChanges(
      planOf({ timestamp: '2026-01-01T00:00:00Z', terraform_version: '1.9.0' }, made, gone, same),
    );
    const other = planChanges(planOf({ timestamp: '2026-02-02T00:00:00Z', terraform_version: '1.10.0' }, gone, made));
    expect(other.hash).toBe(one.hash);
    expect([one.removes, planChanges(planOf({}, made)).removes]).toEqual([true, false]);
  });
  it('is another one where only a sensitive value differs, though it looks the same', () => {
    const other = JSON.parse(JSON.stringify(made).replace('hunter22', 'hunter33')) as object;
    expect(planChanges(planOf({}, other)).hash).not.toBe(planChanges(planOf({}, made)).hash);
    expect(planChanges(planOf({}, other)).shown).toEqual(planChanges(planOf({}, made)).shown);
  });
  it('counts outputs, and tells what was changed past it', () => {
    const plan = planChanges(planOf({ output_changes: { url: { actions: ['update'] } }, resource_drift: [gone] }));
    expect([...plan.each.keys()]).toEqual(['output.url']);
    expect(plan.outside).toEqual(['terraform_data.b']);
  });
  it('leaves out values where there are very many', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      resource(`r.n${at}`, { actions: ['create'], after: { a: 'x'.repeat(100) } }),
    );
    const { shown } = planChanges(planOf({}, ...many));
    expect(shown).toHaveLength(500);
    expect(shown[0]).toEqual({ address: 'r.n0', actions: ['create'] });
  });
  it.each(['', 'no json', '[]', '{"resource_changes": 3}', '{"errored": true}'])('refuses %j', (text) => {
    expect(() => planChanges(text)).toThrow(expect.objectContaining({ code: 'unreadable_plan' }) as Error);
  });
});

it('what is left of a plan is a part of it, each change just as it was there', () => {
  const whole = planChanges(planOf({}, made, gone));
  expect(isRemainder(planChanges(planOf({}, gone)), whole)).toBe(true);
  expect(isRemainder(planChanges(planOf({})), whole)).toBe(true);
  const other = resource('terraform_data.b', { actions: ['delete', 'create'], before: { input: 1 } });
  expect(isRemainder(planChanges(planOf({}, other)), whole)).toBe(false);
  expect(isRemainder(planChanges(planOf({}, resource('terraform_data.d', { actions: ['create'] }))), whole)).toBe(
    false,
  );
});
