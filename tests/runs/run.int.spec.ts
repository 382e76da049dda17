import { checkChain } from '../../actors/core/hash-chain';
import { RunLab } from '../_util/run-lab';
import { readStream } from '../_util/stream';

const everything = `
name: everything
input:
  names: {type: array, items: string}
  loud: {type: boolean, default: false}
steps:
  - id: hello
    action: debug.echo
    with: {value: "hello \${{ input.names[0] }}"}
  - id: shout
    if: input.loud
    action: debug.echo
    with: {value: "LOUD"}
  - id: both
    parallel:
      - id: left
        action: debug.echo
        with: {value: 1}
      - id: right
        action: debug.echo
        with: {value: 2}
  - id: each
    foreach: {items: "\${{ input.names }}", max_parallel: 2}
    steps:
      - id: greet
        action: debug.echo
        with: {value: "\${{ index }}: \${{ item }}"}
  - id: rest
    wait: 200ms
  - id: list
    action: shell.run
    with: {argv: [ls, /], effect: read}
output:
  greeting: "\${{ steps.hello.output.value }}"
  sum: "\${{ steps.left.output.value + steps.right.output.value }}"
`;

describe('a run', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
    await lab.saveRunbook(everything);
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('does its steps, with branches, loops and waits, and yields its output', async () => {
    const run = await lab.launch('everything', { names: ['ada', 'bob', 'eve'] });
    const state = await lab.ended(run);
    expect(state).toMatchObject({ status: 'succeeded', output: { greeting: 'hello ada', sum: 3 } });
    expect(state.steps['shout']).toMatchObject({ status: 'skipped' });
    expect(state.steps['each[2].greet']).toMatchObject({ status: 'succeeded', output: { value: '2: eve' } });
    expect(state.steps['list']?.output).toMatchObject({ exit_code: 0 });
    const records = await lab.records(run);
    expect(checkChain(records)).toBeNull();
    const onStream = (await readStream(lab.servers.nats.url)).filter(
      ({ record }) => record.source === `/agents/${run}`,
    );
    expect(onStream.map(({ record }) => record)).toEqual(records);
    expect(await lab.logs.read(run, 0, 100)).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'list', stream: 'stdout', text: 'etc' })]),
    );
  }, 90_000);
});
