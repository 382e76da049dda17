import { evolveAgent, unborn, type AgentState } from '../../actors/core/agent-state';
import { hashOf } from '../../actors/core/hash-chain';
import type { EventRecord } from '../../actors/core/event';
import { checkedConfig } from '../../actors/core/validate';
import { flags } from '../../actors/flags/flags';
import { AgentEvents } from '../../api/agent-events';
import { AgentMoments } from '../../api/agent-moments';
import { guardedPostgres } from '../../api/guarded-postgres';
import { postgresLedger, postgresSnapshots } from '../../api/ledger';
import { startTestApi, type TestApi } from '../../api/stand-ins';
import { shuffled, silent } from '../../projections/_util/fixtures';
import { Snapshots } from '../../projections/queries/snapshots';
import { TemporalAgentHistory } from '../../temporal/agent-history';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

jest.setTimeout(240_000);

const commands = 5_000;
const runbook = `name: two-steps
input: {text: {type: string}}
steps:
  - {id: first, action: debug.echo, with: {text: "\${{ input.text }}"}}
  - id: ask
    approval: {message: "Go on?", roles: [approver], timeout: 1h}
    steps: [{id: second, action: debug.echo, with: {text: more}}]
`;

type Json = Record<string, unknown> & { sequence: number; state: unknown; id: string; status: string };

describe('any moment', () => {
  let lab: RunLab;
  let api: TestApi;
  const get = async <T = Json>(path: string): Promise<T> => {
    const response = await api.call('GET', path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const post = async (path: string, body: object): Promise<Json> =>
    (await (await api.call('POST', path, body)).json()) as Json;

  beforeAll(async () => {
    lab = await RunLab.open();
    await lab.startProjector();
    const ask = guardedPostgres();
    const ledger = postgresLedger(lab.pool, ask);
    const events = new AgentEvents(ledger, new TemporalAgentHistory(lab.client));
    const snapshots = postgresSnapshots(new Snapshots(lab.pool, 'this code', silent), ask);
    const moments = new AgentMoments(events, ledger, snapshots, silent);
    const { agents, launcher } = lab;
    api = await startTestApi({ agents, launcher, ledger, events, moments });
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await lab.close();
  });

  describe('of an agent through three continue-as-news and more, whose histories are gone', () => {
    const records: EventRecord[] = [];
    const states: AgentState[] = [];

    beforeAll(async () => {
      const config = checkedConfig(flags, { max_flags: 60 });
      await lab.agents.create({
        kind: 'flags',
        id: 'long',
        name: 'Long',
        config,
        command: { id: 'c', principal: 'ann' },
      });
      for (let from = 0; from < commands; from += 100) {
        const batch = Array.from({ length: 100 }, (_, i) => ({
          id: `c${from + i}`,
          type: 'SetFlag',
          data: { key: `flag-${(from + i) % 50}`, value: from + i },
          principal: i % 2 === 0 ? 'ann' : 'bob',
        }));
        await lab.agents.send('long', batch);
      }
      await lab.agents.send('long', [{ id: 'stop', type: 'Stop', data: {}, principal: 'ann' }]);
      for await (const some of new TemporalAgentHistory(lab.client).read('long', 1)) records.push(...some);
      for (const record of records) states.push(evolveAgent(flags, states.at(-1) ?? unborn(flags, 'long'), record));
      const inLedger = async (): Promise<boolean> => {
        const { rows } = await lab.pool.query<{ count: string }>(`SELECT count(*) FROM events WHERE agent_id = 'long'`);
        return Number(rows[0]?.count) === records.length;
      };
      await until(inLedger, 'the whole ledger', 60_000);
      await deleteHistories('long');
    });

    async function deleteHistories(id: string): Promise<void> {
      const workflowId = agentWorkflowId(id);
      const runs = new Set<string>();
      const ended = async (): Promise<boolean> =>
        (await lab.client.workflow.getHandle(workflowId).describe()).status.name === 'COMPLETED';
      await until(ended, 'the end of the agent', 60_000);
      const listed = async (): Promise<boolean> => {
        for await (const run of lab.client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
          runs.add(run.runId);
        return runs.size >= 4;
      };
      await until(listed, 'four runs of it', 30_000);
      for (const runId of runs) {
        await lab.client.workflowService.deleteWorkflowExecution({
          namespace: 'default',
          workflowExecution: { workflowId, runId },
        });
      }
      const gone = async (): Promise<boolean> =>
        lab.agents.view(id).then(
          () => false,
          (error: { code?: string }) => error.code === 'agent_not_found',
        );
      await until(gone, 'Temporal to forget it', 60_000);
    }

    it('is what the test folds, at 50 random points', async () => {
      expect(records.length).toBe(commands + 2);
      const points = shuffled(
        Array.from({ length: records.length }, (_, i) => i + 1),
        Date.now() % 1000,
      ).slice(0, 50);
      for (const at of points) {
        const { state, config, hash, status, sequence } = await get(`agents/long/state?at=${at}`);
        const { state: expected, ...rest } = states[at - 1] as AgentState;
        expect({ at, sequence, hash, status, config, state }).toEqual({
          ...{ at, sequence: at, hash: rest.hash, status: rest.status, config: rest.config, state: expected },
        });
      }
      const { rows } = await lab.pool.query<{ sequence: string }>(
        `SELECT sequence FROM folded_snapshots WHERE agent_id = 'long' AND code = 'this code' ORDER BY sequence`,
      );
      expect(rows.map(({ sequence }) => Number(sequence))).toEqual(
        expect.arrayContaining([1_000, 2_000, 3_000, 4_000]),
      );
    });

    it('is the same by time, and says who made it so', async () => {
      const at = records[1_700] as EventRecord;
      // Records of one batch have one time: the last of them is what stood then.
      const last = records.filter(({ time }) => time <= at.time).length;
      expect((await get(`agents/long/state?at=${at.time}`)).sequence).toBe(last);
      const page = await get<{ events: { sequence: number; principal: string; changes: object[] }[]; next: string }>(
        'agents/long/blame?path=/state/flags/flag-7&limit=3',
      );
      const setters = records.filter(({ data }) => (data as { key?: string }).key === 'flag-7').reverse();
      expect(page.events).toMatchObject(
        setters.slice(0, 3).map(({ sequence, principal, time, commandid, data }) => {
          const { value: after, previous: before } = data as { value: number; previous: number };
          return { sequence, principal, time, commandid, changes: [{ path: '/state/flags/flag-7', before, after }] };
        }),
      );
      expect(page.next).not.toBeNull();
    });

    it('is where a new agent begins, whose own ledger folds to it', async () => {
      const fork = await post('agents/long/fork', { at: 2_345, id: 'again' });
      const from = { agent: 'long', sequence: 2_345, hash: records[2_344]?.hash };
      expect(fork).toMatchObject({ status: 'running', state: states[2_344]?.state, sequence: 1, forkedFrom: from });
      await lab.agents.send('again', [{ id: 'x', type: 'SetFlag', data: { key: 'new', value: 1 }, principal: 'ann' }]);
      const own: EventRecord[] = [];
      for await (const some of new TemporalAgentHistory(lab.client).read('again', 1)) own.push(...some);
      let folded = unborn(flags, 'again');
      for (const record of own) folded = evolveAgent(flags, folded, record);
      const { published: _, checkpoint: __, runId: ___, ...live } = await lab.agents.view('again');
      expect(hashOf(folded)).toBe(hashOf(live));
      expect(live.forkedFrom).toEqual(from);
    });
  });

  describe('of runs', () => {
    it('tells what was waited for and who agreed, goes on from there, and says how two differ', async () => {
      await lab.saveRunbook(runbook);
      const first = await lab.launch('two-steps', { text: 'a' });
      await lab.reaches(first, ({ approvals }) => approvals['ask']?.status === 'pending', 'its question');
      const planHash = (await lab.state(first)).approvals['ask']?.planHash;
      await lab.command(first, 'Approve', { step: 'ask', planHash }, { principal: 'eve', roles: ['approver'] });
      await lab.ended(first);
      const records = await lab.records(first);
      const asked = records.find(({ type }) => type.endsWith('.ApprovalRequested'))?.sequence ?? 0;
      const then = await get<Json & { waiting: { approvals: object[] } }>(`runs/${first}/state?at=${asked}`);
      expect(then).toMatchObject({
        after: { sequence: asked },
        run: { status: 'running' },
        waiting: { approvals: [{ path: 'ask', message: 'Go on?', planHash, roles: ['approver'], missing: 1 }] },
        approved: [],
        outputs: { first: { text: 'a' } },
      });
      expect(await get(`runs/${first}/state`)).toMatchObject({
        waiting: { approvals: [], steps: [], targets: [] },
        approved: [{ path: 'ask', by: 'eve', role: 'approver', planHash }],
        run: { status: 'succeeded' },
      });

      const second = await post(`runs/${first}/fork`, { at: asked });
      const hash = records[asked - 1]?.hash;
      expect(second).toMatchObject({ lineage: { type: 'fork', of: first, at: { sequence: asked, hash } } });
      await lab.reaches(second.id, ({ approvals }) => approvals['ask']?.status === 'pending', 'the question again');
      const { steps } = await lab.state(second.id);
      expect(steps['first']).toMatchObject({ status: 'succeeded', attempt: 0, output: { text: 'a' } });
      await lab.command(second.id, 'Deny', { step: 'ask' }, { principal: 'eve', roles: ['approver'], reason: 'no' });
      await lab.ended(second.id);

      const diff = await get(`runs/${first}/diff?with=${second.id}`);
      expect(diff).toMatchObject({
        input: [],
        runbook: { document: [] },
        approvals: {
          a: [{ path: 'ask', status: 'approved', by: ['eve'] }],
          b: [{ path: 'ask', status: 'denied', by: [] }],
        },
        outcome: { status: { a: 'succeeded', b: 'failed' }, error: { a: null } },
      });
      expect(diff['branches']).toContainEqual({ path: 'second', a: 'succeeded', b: null });
    });
  });
});
