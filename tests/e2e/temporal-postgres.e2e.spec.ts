import { Client, Connection } from '@temporalio/client';
import { agentWorkflowId } from '../../workflows/messages';
import { ApiClient, until } from '../_util/api-client';
import { startLoad } from '../_util/load';
import { startTestStack, type TestStack } from '../_util/stack';
import { startTemporalOnPostgres, type TemporalOnPostgres } from '../_util/temporal-on-postgres';
import { describeWithTools } from '../_util/tools';
import { findings } from '../chaos/_util/invariants';

const runbook = `
name: two-steps
targets: ["person:ada"]
steps:
  - {id: first, action: debug.echo, with: {value: 1}}
  - {id: second, action: debug.echo, with: {value: 2}}
`;

/** What runs in production, instead of the dev server on SQLite that all other tests have. */
describeWithTools(['temporal-server', 'temporal-sql-tool'], 'Temporal on PostgreSQL', (programs) => {
  const agents = ['p-1', 'p-2', 'p-3'];
  let temporal: TemporalOnPostgres;
  let stack: TestStack;
  let api: ApiClient;

  beforeAll(async () => {
    temporal = await startTemporalOnPostgres(programs);
    stack = await startTestStack({ env: { TEMPORAL_ADDRESS: temporal.address } });
    api = await ApiClient.login(stack.file);
    for (const id of agents) await api.flagsAgent(id);
  }, 240_000);
  afterAll(async () => {
    await stack?.stop();
    await temporal?.[Symbol.asyncDispose]();
  }, 90_000);

  it('continues agents as new, and keeps what they are', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const handle = new Client({ connection }).workflow.getHandle(agentWorkflowId('p-1'));
      const first = (await handle.describe()).runId;
      let value = 0;
      await until(async () => {
        const { status } = await api.setFlag('p-1', 'before', (value += 1));
        return status === 200 && (await handle.describe()).runId !== first;
      }, 'the next run');
      const { body } = await api.call('GET', 'agents/p-1');
      expect(body.state.flags).toEqual({ before: value });
      expect((await api.events('p-1')).at(-1)?.hash).toBe(body.hash);
    } finally {
      await connection.close();
    }
  }, 120_000);

  it('carries a run through to its end', async () => {
    expect((await api.call('POST', 'runbooks', { source: runbook })).status).toBe(201);
    const { status, body } = await api.call('POST', 'runs', { runbook: 'two-steps' });
    expect(status).toBe(201);
    const ended = async (): Promise<boolean> => (await api.call('GET', `runs/${body.id}`)).body.phase === 'ended';
    await until(ended, 'the run');
    expect((await api.call('GET', `runs/${body.id}`)).body.status).toBe('succeeded');
  }, 60_000);

  it.each(['stop', 'kill'] as const)(
    'loses nothing and doubles nothing by a %s of the server',
    async (end) => {
      const under = [`${end}-1`, `${end}-2`, `${end}-3`];
      for (const id of under) await api.flagsAgent(id);
      const load = startLoad(api, under, 20);
      await until(() => load.acknowledged() > 20, 'the load');
      await temporal.restart(end);
      const back = load.acknowledged();
      await until(() => load.acknowledged() > back + 20, 'commands after it', 120_000);
      expect(await findings(api, stack.reload(), await load.stop())).toEqual([]);
    },
    300_000,
  );
});
