import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkedConfig } from '../../actors/core/validate';
import { devops } from '../../actors/devops/devops';
import { eventName } from '../../actors/core/event';
import { projectRoot } from '../../infra/paths';
import { freePort } from '../../stack/ports';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

/** A target that keeps failing, and an agent that may try twice and must then be quiet for a while. */
describe('a remediation that does not help', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
    await lab.saveRunbook(readFileSync(join(projectRoot, 'runbooks/remediate-target.yaml'), 'utf8'));
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('leads to the allowed runs, one escalation, and silence until the cooldown', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const remediation = { command: 'nothing', attempts: 2, backoff: 0.3, cooldown: 6, settle: 0.3 };
    const config = checkedConfig(devops, {
      commands: { nothing: { argv: [process.execPath, '-e', '0'] } },
      targets: [{ name: 'web', probe: { type: 'http', url }, interval: 0.2, failing_after: 2, remediation }],
    });
    await lab.agents.create({ kind: 'devops', id: 'w', name: 'w', config, command: { id: 'c', principal: 'ada' } });
    const names = (): Promise<string[]> => lab.eventNames('w');
    await until(async () => (await names()).includes('IssueEscalated'), 'the escalation', 40_000);
    // Well within the cooldown: nothing more may have happened by then.
    await delay(2000);
    const first = ['RemediationStarted', 'RemediationAttempted'];
    expect(await names()).toEqual([
      'AgentCreated',
      'IssueDetected',
      ...first,
      'RemediationScheduled',
      ...first,
      'RemediationCompleted',
      'IssueEscalated',
    ]);
    const records = await lab.records('w');
    const runs = records
      .filter((record) => eventName(record) === 'RemediationAttempted')
      .map(({ data }) => data as { run: string; outcome: string });
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ineffective', 'ineffective']);
    for (const { run } of runs) expect((await lab.state(run)).steps['command']).toMatchObject({ status: 'succeeded' });

    await until(async () => (await names()).length > 9, 'the next try', 20_000);
    const again = (await lab.records('w'))[9];
    const notBefore = (records[8]?.data as { notBefore: string }).notBefore;
    expect(again && eventName(again)).toBe('RemediationStarted');
    expect(Date.parse(again?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(notBefore));
    await lab.agents.send('w', [{ id: 'stop', type: 'Stop', data: {}, principal: 'ada' }]);
  }, 90_000);
});
