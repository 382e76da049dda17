import { setTimeout as delay } from 'node:timers/promises';
import { ActionError, type ActionContext } from './actions/action';
import { codeOf, order, outputOf, stepHarness, tryInfo, type StepHarness } from './_util/step-harness';
import { sample } from './_util/sample-actions';

let open: StepHarness[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.end()));
  open = [];
});

async function withSample(
  parts: Parameters<typeof sample>[0] = {},
  ports: Parameters<typeof stepHarness>[0] = {},
): Promise<
  StepHarness & {
    runs: () => number;
    act: (given?: object, more?: object, info?: object) => ReturnType<StepHarness['perform']>;
  }
> {
  const { action, runs } = sample(parts);
  const harness = await stepHarness({ actions: [action], ...ports });
  open.push(harness);
  const act = (given: object = {}, more: object = {}, info: object = {}): ReturnType<StepHarness['perform']> =>
    harness.perform({ action: 'test.sample', with: given as Record<string, unknown>, ...more }, info);
  return { ...harness, runs, act };
}

describe('a step', () => {
  it('runs its action with defaults filled in', async () => {
    const { act } = await withSample();
    expect(await act()).toEqual({
      status: 'succeeded',
      output: { text: 'default' },
      effect: 'destructive',
      durationMs: expect.any(Number) as unknown,
      tries: 1,
      notifications: [],
    });
  });
  it('fails where there is no such action', async () => {
    const { perform } = await withSample();
    expect(codeOf(await perform({ action: 'no.such', with: {} }))).toBe('unknown_action');
  });
  it('fails for a wrong input by places, never by values', async () => {
    const { act, secrets } = await withSample();
    secrets['token'] = 'hunter2';
    const result = await act({ text: 5, more: 'secret://token', token: ['secret://token'] });
    expect(codeOf(result)).toBe('invalid_input');
    expect(JSON.stringify(result)).toContain('/text');
    expect(JSON.stringify(result)).toContain('/more');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
  it('is not begun where policy says no', async () => {
    const asked: object[] = [];
    const policy = async (check: object): Promise<{ code: string; reason: string }> => {
      asked.push(check);
      return { code: 'frozen', reason: 'release week' };
    };
    const { act, runs, locked } = await withSample({}, { policy });
    expect(await act({ lock: 'a' }, { held: ['service:web'] })).toMatchObject({
      status: 'vetoed',
      code: 'frozen',
      reason: 'release week',
    });
    expect(asked).toEqual([
      { runbook: 'book', action: 'test.sample', effect: 'destructive', targets: ['service:web'] },
    ]);
    expect([runs(), locked]).toEqual([0, []]);
  });
  it('records an error that is none of its own by its first line', async () => {
    const { act } = await withSample({ run: () => Promise.reject(new Error('first\nsecond')) });
    expect(await act()).toMatchObject({ status: 'failed', error: { code: 'action_failed', message: 'first' } });
  });
  it('cuts an output that is too large', async () => {
    const { act } = await withSample({ run: async () => ({ text: 'x'.repeat(200_000), n: 1 }) });
    const output = outputOf(await act());
    expect(JSON.stringify(output).length).toBeLessThan(65_536);
    expect(output['n']).toBe(1);
  });
  it('keeps the notifications of one that failed', async () => {
    const run = async (_: unknown, { notify }: ActionContext): Promise<never> => {
      notify({ severity: 'warning', title: 'careful', text: 'it is hot' });
      throw new ActionError('burnt', 'ouch', { degrees: 90 });
    };
    const { act } = await withSample({ run });
    expect(await act()).toMatchObject({
      status: 'failed',
      error: { code: 'burnt', message: 'ouch' },
      output: { degrees: 90 },
      notifications: [{ severity: 'warning', title: 'careful', text: 'it is hot' }],
    });
  });
  it('heartbeats while it runs', async () => {
    jest.useFakeTimers({ advanceTimers: true });
    try {
      let beats = 0;
      const { act } = await withSample({ run: () => jest.advanceTimersByTimeAsync(7000) });
      await act({}, {}, { heartbeat: () => beats++ });
      expect(beats).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a secret', () => {
  const leak = async ({ token }: { token?: string }, context: ActionContext): Promise<unknown> => {
    const capture = context.capture('stdout', 1000);
    for (const half of [token?.slice(0, 3), token?.slice(3)]) await capture.write(Buffer.from(half ?? ''));
    const { text } = await capture.end();
    await context.log('info', `token=${token}`);
    context.notify({ severity: 'info', title: `t ${token}`, text: `x ${token}` });
    return { text, nested: [{ token }], [`${token}`]: Buffer.from(token ?? '').toString('base64') };
  };
  it('is known to the action, and to nobody else', async () => {
    const seen: unknown[] = [];
    const harness = await withSample({ run: (given, context) => (seen.push(given.token), leak(given, context)) });
    harness.secrets['db'] = 'hunter2';
    const result = await harness.act({ token: 'secret://db' });
    expect(seen).toEqual(['hunter2']);
    expect(result.status).toBe('succeeded');
    expect(JSON.stringify([result, harness.logged])).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(harness.logged.map(({ text }) => text).join('|')).toBe('[secret]|token=[secret]');
  });
  it('is taken out of errors and their output', async () => {
    const harness = await withSample({
      run: async ({ text }) => Promise.reject(new ActionError('refused', `wrong: ${text}`, { text })),
    });
    harness.secrets['db'] = 'hunter2';
    const result = await harness.act({ text: 'x secret://db' });
    expect(result).toMatchObject({ error: { message: 'wrong: x [secret]' }, output: { text: 'x [secret]' } });
  });
  it('written as it is into a marked field is taken out too', async () => {
    const { act } = await withSample({ run: leak });
    expect(JSON.stringify(await act({ token: 'literal-token' }))).not.toContain('literal');
  });
  it('that is not there fails the step before anything is done', async () => {
    const { act, runs } = await withSample();
    expect(codeOf(await act({ token: 'secret://none' }))).toBe('unknown_secret');
    expect(runs()).toBe(0);
  });
});

describe('locks', () => {
  it('that the run does not hold are taken in one order, and given back', async () => {
    const { act, locked } = await withSample();
    await act({ lock: 'c a b a' }, { held: ['b'] });
    expect(locked).toEqual(['take a c for run-1/step', 'release a c for run-1/step']);
  });
  it('are given back by a step that fails', async () => {
    const { act, locked } = await withSample({ run: () => Promise.reject(new Error('no')) });
    expect(codeOf(await act({ lock: 'a' }))).toBe('action_failed');
    expect(locked).toHaveLength(2);
  });
  it('that others hold queue the step; it keeps its place', async () => {
    const { act, locked, taken, runs } = await withSample();
    taken.add('b');
    expect(await act({ lock: 'a b' })).toMatchObject({ status: 'queued', keys: [{ key: 'b', agent: 'target of b' }] });
    expect([runs(), locked]).toEqual([0, ['take a b for run-1/step']]);
  });
  it('that can not be given back fail no step', async () => {
    const errors: string[] = [];
    const locks = { take: async () => [], release: () => Promise.reject(new Error('away')) };
    const { act } = await withSample({}, { locks, onError: (_, what) => errors.push(what) });
    expect((await act({ lock: 'a' })).status).toBe('succeeded');
    expect(errors).toEqual(['locks of a step']);
  });
});

describe('an approved plan', () => {
  it('that holds yet is done, and the action is shown it', async () => {
    const approved: unknown[] = [];
    const { act, runner } = await withSample({ run: async (_, context) => approved.push(context.approved) });
    const plan = await runner.plan(order({ action: 'test.sample', with: { text: 'x' } }));
    if (plan.status !== 'planned') throw new Error('no plan');
    expect(await act({ text: 'x' }, { approvedPlan: plan.planHash })).toMatchObject({
      status: 'succeeded',
      planHash: plan.planHash,
    });
    expect(approved).toEqual([{ does: 'x' }]);
  });
  it('that has changed is not done', async () => {
    let world = 1;
    const { act, runner, runs, locked } = await withSample({ plan: async () => ({ world }) });
    const plan = await runner.plan(order({ action: 'test.sample', with: { lock: 'a' } }));
    if (plan.status !== 'planned') throw new Error('no plan');
    world = 2;
    const result = await act({ lock: 'a' }, { approvedPlan: plan.planHash });
    expect(result.status).toBe('plan_changed');
    expect((result as { planHash: string }).planHash).not.toBe(plan.planHash);
    expect([runs(), locked.length]).toEqual([0, 2]);
  });
});

describe('after a worker was lost over it', () => {
  it.each([
    ['what is idempotent is done again', { idempotent: true }, 'succeeded', 1],
    ['what can be taken back is done again', { effect: 'reversible' as const }, 'succeeded', 1],
    ['what is destructive is not, where nobody can tell', {}, 'outcome_unknown', 0],
    ['nor where it can be asked in vain', { verify: async () => 'unknown' as const }, 'outcome_unknown', 0],
    ['nor where asking fails', { verify: () => Promise.reject(new Error('away')) }, 'outcome_unknown', 0],
    ['it is where it is known not to be done', { verify: async () => 'not_done' as const }, 'succeeded', 1],
  ])('%s', async (_, parts, expected, runs) => {
    const harness = await withSample(parts);
    const result = await harness.act({}, {}, { tries: 2 });
    expect(result.status === 'failed' ? result.error.code : result.status).toBe(expected);
    expect([harness.runs(), result.tries]).toEqual([runs, 2]);
  });
  it('what is done already succeeds with its output', async () => {
    const harness = await withSample({ verify: async () => ({ done: { text: 'as before' } }) });
    expect(outputOf(await harness.act({}, {}, { tries: 2 }))).toEqual({ text: 'as before' });
    expect(harness.runs()).toBe(0);
  });
  it('what is done already is no plan that has changed', async () => {
    const harness = await withSample({ idempotent: true, verify: async () => ({ done: { text: 'done' } }) });
    expect(await harness.act({}, { approvedPlan: 'of the world before' }, { tries: 2 })).toMatchObject({
      status: 'succeeded',
      planHash: 'of the world before',
    });
  });
});

describe('time', () => {
  const forever = (_: unknown, { signal }: ActionContext): Promise<never> =>
    delay(60_000, undefined as never, { signal });
  it('that is up fails the step', async () => {
    const { act } = await withSample({ run: forever });
    expect(codeOf(await act({}, { timeoutMs: 50 }))).toBe('timeout');
  });
  it('is the action’s own where the step says nothing', async () => {
    const { act } = await withSample({ run: forever, timeout: 0.05 });
    expect(codeOf(await act())).toBe('timeout');
  });
  it('may be longer than a timer can be', async () => {
    const { act } = await withSample();
    expect((await act({}, { timeoutMs: 90 * 86_400_000 })).status).toBe('succeeded');
  });
  it('of cancellation rejects with its reason, and gives locks back', async () => {
    const stop = new AbortController();
    const { act, locked } = await withSample({
      run: (given, context) => {
        stop.abort(new Error('cancelled'));
        return forever(given, context);
      },
    });
    await expect(act({ lock: 'a' }, {}, { signal: stop.signal })).rejects.toThrow('cancelled');
    expect(locked).toHaveLength(2);
  });
  it('does not matter to what is done when cancellation comes', async () => {
    const stop = new AbortController();
    const { act } = await withSample({
      run: async () => {
        stop.abort(new Error('cancelled'));
        return { text: 'done' };
      },
    });
    expect(outputOf(await act({}, {}, { signal: stop.signal }))).toEqual({ text: 'done' });
  });
});

describe('polling', () => {
  const poll = (condition: string, everyMs = 1): object => ({
    poll: { condition, everyMs, scope: { input: { least: 3 }, steps: {} } },
  });
  const counting = (fail = false): Parameters<typeof sample>[0] & { effect: 'read' } => {
    let n = 0;
    return {
      effect: 'read',
      run: async () => {
        n++;
        if (fail && n < 3) throw new ActionError('check_failed', `not yet ${n}`, { n });
        return { n };
      },
    };
  };
  it('goes on until its condition holds', async () => {
    const { act, runs } = await withSample(counting());
    expect(outputOf(await act({}, poll('output.n >= input.least')))).toEqual({ n: 3 });
    expect(runs()).toBe(3);
  });
  it('takes a check that fails, and an output without what it asks for, as not yet', async () => {
    const { act } = await withSample(counting(true));
    expect(outputOf(await act({}, poll('output.n == 3')))).toEqual({ n: 3 });
    const other = await withSample({ effect: 'read', run: async () => ({ other: 1 }) });
    expect(codeOf(await other.act({}, { ...poll('output.n == 3'), timeoutMs: 50 }))).toBe('timeout');
  });
  it('that waits in vain fails with the last output', async () => {
    const { act } = await withSample({ effect: 'read', run: async () => ({ n: 1 }) });
    expect(await act({}, { ...poll('output.n == 2', 10), timeoutMs: 100 })).toMatchObject({
      status: 'failed',
      error: { code: 'timeout' },
      output: { n: 1 },
    });
  });
  it('ends at once where asking again does not help', async () => {
    const refused = await withSample({
      effect: 'read',
      run: () => Promise.reject(new ActionError('not_allowed', 'no')),
    });
    expect(codeOf(await refused.act({}, poll('true')))).toBe('not_allowed');
    const broken = await withSample(counting());
    expect(codeOf(await broken.act({}, poll('output.n + 1')))).toBe('expression_failed');
  });
  it('is for what reads only', async () => {
    const { act, runs } = await withSample();
    expect(codeOf(await act({}, poll('true')))).toBe('invalid_input');
    expect(runs()).toBe(0);
  });
});

describe('undo', () => {
  const undoOrder = {
    ...order({ action: 'test.sample', with: { token: 'secret://db', lock: 'a' } }),
    output: { made: 1 },
  };
  it('is given the input with its secrets, and the output as it was recorded', async () => {
    const undone: unknown[] = [];
    const { runner, secrets, locked } = await withSample({
      undo: async (given, output) => void undone.push(given, output),
    });
    secrets['db'] = 'hunter2';
    expect(await runner.undo(undoOrder, tryInfo())).toMatchObject({ status: 'succeeded', output: null });
    expect(undone).toEqual([{ text: 'default', token: 'hunter2', lock: 'a' }, { made: 1 }]);
    expect(locked).toHaveLength(2);
  });
  it('fails where there is none, or it fails', async () => {
    const none = await withSample();
    none.secrets['db'] = 'hunter2';
    expect(codeOf(await none.runner.undo(undoOrder, tryInfo()))).toBe('no_undo');
    const failing = await withSample({
      undo: () => Promise.reject(new ActionError('changed_since', 'hunter2 was here')),
    });
    failing.secrets['db'] = 'hunter2';
    expect(await failing.runner.undo(undoOrder, tryInfo())).toMatchObject({
      error: { code: 'changed_since', message: '[secret] was here' },
    });
  });
});
