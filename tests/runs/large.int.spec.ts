import { checkChain } from '../../actors/core/hash-chain';
import { jsonBytes } from '../../actors/core/json-size';
import { mostStateBytes } from '../../actors/core/limits';
import { checkedConfig } from '../../actors/core/validate';
import { flags } from '../../actors/flags/flags';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { readStream } from '../_util/stream';

/** What is more than Temporal takes in one piece must never leave a run standing still. */
describe('a run with much in it', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  /** What a run records is in its history once something has taken it along. */
  const complete = async (run: string): Promise<void> => {
    const onStream = async () =>
      (await readStream(lab.servers.nats.url)).filter(({ record }) => record.source === `/agents/${run}`);
    const { sequence } = await lab.agents.view(run);
    await until(async () => (await onStream()).length === sequence, 'all records on the stream', 30_000);
    const records = await lab.records(run);
    expect(checkChain(records)).toBeNull();
    expect((await onStream()).map(({ msgId }) => msgId)).toEqual(records.map(({ id }) => id));
    expect(records).toHaveLength(sequence);
  };
  const steps = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) => `      - {id: s${i}, action: debug.echo, with: {value: "\${{ input.blob }}"}}\n`,
    ).join('');

  it('goes through 60 branches whose outputs together are more than it can hold', async () => {
    const input = 'input: {blob: {type: string}}';
    await lab.saveRunbook(`name: wide\n${input}\nsteps:\n  - id: all\n    parallel:\n${steps(60)}`);
    const run = await lab.launch('wide', { blob: 'ä€x'.repeat(4000) });
    const state = await lab.ended(run, 60_000);
    expect(state).toMatchObject({ status: 'failed', error: { code: 'run_too_large' } });
    expect(jsonBytes(state)).toBeLessThan(mostStateBytes + 100_000);
    await complete(run);

    const fitting = await lab.launch('wide', { blob: 'ä€x'.repeat(800) });
    expect(await lab.ended(fitting, 60_000)).toMatchObject({ status: 'succeeded' });
    await complete(fitting);
  }, 150_000);

  it('cuts what comes late shorter, one after another, and ends well', async () => {
    await lab.saveRunbook(
      'name: long\ninput: {blob: {type: string}}\nsteps:\n  - id: each\n' +
        '    foreach: {items: "${{ [0,1,2,3,4,5,6,7,8,9].map(a, a) }}", max_parallel: 2}\n' +
        `    steps:\n${steps(12)}`,
    );
    const run = await lab.launch('long', { blob: 'x'.repeat(12_000) });
    const state = await lab.ended(run, 90_000);
    expect(state).toMatchObject({ status: 'succeeded' });
    expect(jsonBytes(state)).toBeLessThan(mostStateBytes + 100_000);
    const lengths = Object.values(state.steps).map(({ output }) => jsonBytes(output));
    expect(Math.max(...lengths)).toBeGreaterThan(12_000);
    expect(lengths.filter((length) => length > 100 && length < 11_000).length).toBeGreaterThan(20);
    await complete(run);
  }, 150_000);

  it('refuses input that is too large, and a list of items that is too long', async () => {
    await expect(lab.launch('wide', { blob: 'x'.repeat(300_000) })).rejects.toMatchObject({ code: 'invalid_input' });
    await lab.saveRunbook(
      'name: many\ninput: {n: {type: array}, m: {type: number, default: 0.5}}\nsteps:\n  - {id: each, foreach: {items: "${{ input.n }}"}, steps: [{id: s, action: debug.echo, with: {value: 1}}]}\n' +
        '  - {id: odd, foreach: {items: [1], max_parallel: "${{ input.m }}"}, steps: [{id: t, action: debug.echo, with: {value: 1}}]}\n',
    );
    const long = await lab.ended(await lab.launch('many', { n: Array.from({ length: 1001 }, () => 0) }));
    expect(long).toMatchObject({ status: 'failed', error: { code: 'expression_failed' } });
    // No number of workers must not mean that nothing is done and all is well.
    const odd = await lab.ended(await lab.launch('many', { n: [] }));
    expect(odd).toMatchObject({ status: 'failed', error: { code: 'expression_failed' } });
  }, 90_000);
});

/** Its worker has all other agents too: none of them may have to wait for it. */
describe('an agent with much in it', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('refuses what is too much, goes on, and comes back on another worker', async () => {
    const config = checkedConfig(flags, { max_flags: 2000 });
    await lab.agents.create({ kind: 'flags', id: 'big', name: 'big', config, command: { id: 'c', principal: 'ada' } });
    const batch = (n: number) =>
      Array.from({ length: 256 }, (_, i) => {
        const data = { key: `k${n}-${i}`, value: 'x'.repeat(1000) };
        return { id: `${n}-${i}`, type: 'SetFlag', data, principal: 'ada' };
      });
    const results = [];
    for (let n = 0; n < 10; n += 1) results.push(...(await lab.agents.send('big', batch(n))));
    const accepted = results.filter(({ status }) => status === 'accepted').length;
    expect(accepted).toBeGreaterThan(700);
    expect(results.filter((one) => 'code' in one && one.code === 'limit_reached')).toHaveLength(2560 - accepted);
    expect(results.at(-1)).toMatchObject({ code: 'limit_reached' });

    await lab.killWorker();
    const last = [
      { id: 'less', type: 'RemoveFlag', data: { key: 'k0-0' }, principal: 'ada' },
      { id: 'more', type: 'SetFlag', data: { key: 'new', value: 'y'.repeat(900) }, principal: 'ada' },
    ];
    // Where another worker takes longer than a sender waits, the sender comes again.
    const again = await lab.agents.send('big', last).catch(() => lab.agents.send('big', last));
    // A sender that had to try again is told so; either way it was done once.
    for (const { status } of again) expect(['accepted', 'duplicate']).toContain(status);
    const view = await lab.agents.view('big');
    expect(view.sequence).toBe(1 + accepted + 2);
    expect(jsonBytes(view.state)).toBeLessThan(mostStateBytes + 10_000);
    expect(checkChain(await lab.records('big'))).toBeNull();
  }, 120_000);
});
