import { setTimeout as delay } from 'node:timers/promises';
import { agentWorkflowId } from '../../workflows/messages';
import { connectTemporal } from '../../temporal/connection';
import { ApiClient } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const idleMs = 180_000;

describe('an idle agent', () => {
  let stack: TestStack;
  beforeAll(async () => void (stack = await startTestStack()), 120_000);
  afterAll(() => stack.stop(), 60_000);

  it('causes no workflow task in three minutes, whatever its checkpoint interval', async () => {
    const api = await ApiClient.login(stack.reload());
    await api.flagsAgent('idle', { checkpoint_interval: 10 });
    await api.setFlag('idle', 'k', 1);
    const client = connectTemporal({ ...stack.reload().temporal, encryption: [] });
    const length = async () => (await client.workflow.getHandle(agentWorkflowId('idle')).describe()).historyLength;
    // The one change is mirrored when its interval is over; from then on there is nothing to do.
    await delay(12_000);
    const before = await length();
    await delay(idleMs);
    expect(await length()).toBe(before);
    const snapshot = await api.call('GET', 'agents/idle?consistency=snapshot');
    expect(snapshot.body).toMatchObject({ sequence: 2, state: { flags: { k: 1 } } });
    await client.connection.close();
  }, 240_000);
});
