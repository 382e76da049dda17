import { Delivery } from '../../temporal/delivery';
import { TemporalAgents } from '../../temporal/agents';
import { agentWorkflowId } from '../../workflows/messages';
import { RunLab } from '../_util/run-lab';

jest.setTimeout(120_000);

const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
const senders = 6;
const commandsEach = 60;

describe('an agent whose senders never pause', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
  });
  afterAll(async () => {
    await lab?.close();
  });

  it('goes on in a new run all the same, and applies each command once', async () => {
    await lab.agents.create({
      kind: 'flags',
      id: 'busy',
      name: 'busy',
      config,
      command: { id: 'b', principal: 'ada' },
    });
    // Each as if in a process of its own: one process sends one batch at a time. Only the first of them delivers.
    const idle = { publish: () => Promise.reject(new Error('away')), put: () => Promise.reject(new Error('away')) };
    const others = Array.from({ length: senders - 1 }, () => {
      return new TemporalAgents(lab.client, 'ymera', new Delivery(idle, idle, () => undefined));
    });
    const work = async (agents: TemporalAgents, sender: number): Promise<void> => {
      for (let i = 0; i < commandsEach; i += 1) {
        const id = `${sender}-${i}`;
        const command = { id, principal: 'ada', type: 'SetFlag', data: { key: `k${sender}`, value: i } };
        expect(await agents.send('busy', [command])).toMatchObject([{ status: 'accepted', commandId: id }]);
      }
    };
    await Promise.all([lab.agents, ...others].map(work));
    expect((await lab.agents.view('busy')).sequence).toBe(1 + senders * commandsEach);
    const runs: string[] = [];
    const query = `WorkflowId = '${agentWorkflowId('busy')}'`;
    for await (const { runId } of lab.client.workflow.list({ query })) runs.push(runId);
    // A run ends after 40 tasks with commands; six senders make some hundred.
    expect(runs.length).toBeGreaterThan(1);
  });
});
