import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkChain } from '../../actors/core/hash-chain';
import { distDir } from '../../infra/paths';
import { nudge } from '../../temporal/nudge';
import { runningWorkflows } from '../../temporal/running-workflows';
import { currentBuild } from '../../temporal/worker-deployment';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { OtherBuild } from '../_util/other-build';
import { RunLab } from '../_util/run-lab';

jest.setTimeout(120_000);

const deployment = 'ymera-test';
const ask = `
name: ask
steps:
  - id: agree
    approval: {message: go on?}
    steps:
      - {id: done, action: debug.echo, with: {value: yes}}
`;

/** Workers of two releases on one Temporal, as during an upgrade: the newer one decides otherwise. */
describe('workers with versions', () => {
  let lab: RunLab;
  let next: OtherBuild;

  beforeAll(async () => {
    [lab, next] = await Promise.all([RunLab.open(), OtherBuild.make()]);
    await lab.saveRunbook(ask);
  }, 180_000);
  afterAll(async () => {
    await lab.close();
    next.remove();
  }, 60_000);

  const create = (id: string): Promise<unknown> => {
    const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
    const command = { id: `create:${id}`, principal: 'ada' };
    return lab.agents.create({ kind: 'flags', id, name: id, config, command });
  };
  let commands = 0;
  /** Which release decided on a command to an agent: the newer one keeps the opposite. */
  const told = async (id: string): Promise<'old' | 'new'> => {
    commands += 1;
    const value = `v${commands}`;
    const [result] = await lab.agents.send(id, [
      { id: `set-${commands}`, principal: 'ada', type: 'SetFlag', data: { key: 'k', value } },
    ]);
    if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
    return (result.events[0]?.data as { value: unknown }).value === value ? 'old' : 'new';
  };
  const upgrade = async (dist: string, ...args: string[]): Promise<string> => {
    const env = {
      ...process.env,
      TEMPORAL_ADDRESS: lab.servers.temporal.url,
      TEMPORAL_WORKER_DEPLOYMENT: deployment,
      YMERA_HOME: lab.home,
    };
    return (await promisify(execFile)(process.execPath, [join(dist, 'upgrade.js'), ...args], { env })).stdout;
  };
  const buildOf = async (id: string): Promise<string | null> => {
    for await (const { workflowId, build } of runningWorkflows(lab.client, ['agent', 'run'])) {
      if (workflowId === agentWorkflowId(id)) return build;
    }
    return null;
  };

  it('an installation without versions goes on under them, histories under way included', async () => {
    await create('before');
    expect(await told('before')).toBe('old');
    await lab.restart({ TEMPORAL_WORKER_DEPLOYMENT: deployment });
    await until(() => upgrade(distDir, 'promote').then(Boolean, () => false), 'the first version');
    expect(await told('before')).toBe('old');
    // It has begun without a version, so it would follow every change of it in the midst of its run: until it begins anew.
    const { told: count, waiting } = await nudge(lab.client, await currentBuild(lab.client, deployment), 60_000);
    expect({ count, waiting }).toEqual({ count: 1, waiting: [] });
    expect(await told('before')).toBe('old');
  });

  it('while two releases run side by side, each run stays with the one that began it, and the next goes to the new one', async () => {
    await create('busy');
    await create('idle');
    expect([await told('busy'), await told('idle')]).toEqual(['old', 'old']);
    const waiting = await lab.launch('ask');
    await lab.reaches(waiting, ({ approvals }) => approvals['agree'] !== undefined, 'its approval');

    await lab.startOtherWorker(next.dist);
    // There, and not the current one yet.
    expect(await told('busy')).toBe('old');
    const old = await currentBuild(lab.client, deployment);
    await until(() => upgrade(next.dist, 'promote').then(Boolean, () => false), 'the second version');
    const now = await currentBuild(lab.client, deployment);
    expect(now).not.toBe(old);

    await create('new');
    expect(await told('new')).toBe('new');
    // Its run began with the old one: it hears of the new one with its next command, and moves.
    await until(async () => (await told('busy')) === 'new', 'the busy one with the new build');
    await until(async () => (await buildOf('idle')) === old, 'the idle one with the old build');

    await until(async () => (await upgrade(distDir, 'status')).includes(`agent    ${now} (current)`), 'the status');
    expect(await upgrade(distDir, 'status')).toContain(`run      ${old}`);
    const { told: count, waiting: left } = await nudge(lab.client, now, 60_000);
    expect(count).toBeGreaterThanOrEqual(2);
    expect(left).toEqual([]);
    await until(async () => (await buildOf('idle')) === now, 'the idle one with the new build');
    expect(await told('idle')).toBe('new');

    await lab.command(
      waiting,
      'Approve',
      { step: 'agree', planHash: await planHash(waiting) },
      { roles: ['approver'] },
    );
    expect((await lab.ended(waiting)).status).toBe('succeeded');
    for (const id of ['before', 'busy', 'idle', 'new', waiting]) expect(checkChain(await lab.records(id))).toBeNull();
  });

  it('the old worker is needed no more', async () => {
    await lab.endWorker();
    for (const id of ['before', 'busy', 'idle', 'new']) expect(await told(id)).toBe('new');
  });

  async function planHash(run: string): Promise<string> {
    return (await lab.state(run)).approvals['agree']?.planHash ?? '';
  }
});
