import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { checkChain } from '../../actors/core/hash-chain';
import { checkedConfig } from '../../actors/core/validate';
import { devops } from '../../actors/devops/devops';
import { flags } from '../../actors/flags/flags';
import { parseEncryptionKeys } from '../../infra/encryption-keys';
import { historiesOf } from '../../projections/queries/evidence-histories';
import { TemporalAgentHistory } from '../../temporal/agent-history';
import { connectTemporal } from '../../temporal/connection';
import { TemporalSchedules } from '../../temporal/schedules';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { shortVerdicts } from '../_util/evidence';
import { RunLab } from '../_util/run-lab';

const planted = 'pl4nted-m4rker';
const keyOf = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [oldKey, newKey] = [keyOf('first-key'), keyOf('second-key')];

const inner = `
name: inner
input: {word: {type: string}}
steps: [{id: say, action: debug.echo, with: {value: "inner \${{ input.word }}"}}]
output: {said: "\${{ steps.say.output.value }}"}
`;
const outer = `
name: outer
input: {word: {type: string}}
steps:
  - {id: say, action: debug.echo, with: {value: "\${{ input.word }}"}}
  - {id: fail, action: shell.run, continue_on_error: true, with: {argv: [ls, "/\${{ input.word }}"], effect: read}}
  - {id: child, run: inner, with: {word: "\${{ input.word }}"}}
  - id: ask
    approval: {roles: [approver]}
    steps: [{id: last, action: debug.echo, with: {value: "\${{ steps.child.output.said }}"}}]
output: {said: "\${{ steps.last.output.value }}"}
`;

describe('encryption of what Temporal stores', () => {
  let lab: RunLab;
  let run: string;
  const probed = createServer((_, response) => response.end());

  beforeAll(async () => {
    lab = await RunLab.open({ YMERA_ENCRYPTION_KEY: oldKey });
    for (const source of [inner, outer]) await lab.saveRunbook(source);
    await new Promise<void>((resolve) => probed.listen(0, '127.0.0.1', resolve));
  }, 120_000);
  afterAll(async () => {
    probed.close();
    await lab.close();
  }, 60_000);

  const create = (kind: typeof flags | typeof devops, id: string, config: object) => {
    const command = { id: 'create', principal: 'ada', reason: planted };
    return lab.agents.create({ kind: kind.name, id, name: planted, config: checkedConfig(kind, config), command });
  };
  const set = async (id: string, value: string) =>
    (await lab.agents.send('shop', [{ id, type: 'SetFlag', data: { key: 'banner', value }, principal: 'ada' }]))[0];

  /** A workflow's history as Temporal hands it out. */
  const historyOf = async (workflowId: string): Promise<string> => {
    const history = await lab.client.workflow.getHandle(workflowId).fetchHistory();
    return Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
  };
  const workflows = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { workflowId } of lab.client.workflow.list()) ids.push(workflowId);
    return ids;
  };
  /** All that Temporal has on its disk. */
  const stored = (): Record<string, string> => {
    const dir = join(lab.servers.dir, 'temporal');
    const files = readdirSync(dir).filter((name) => name.startsWith('temporal.db'));
    return Object.fromEntries(files.map((name) => [name, readFileSync(join(dir, name), 'latin1')]));
  };

  it('lets agents, runs, their children, schedules and failures work as before', async () => {
    await create(flags, 'shop', { max_flags: 10 });
    expect(await set('c1', planted)).toMatchObject({ status: 'accepted' });
    const url = `http://127.0.0.1:${(probed.address() as AddressInfo).port}/`;
    const targets = [{ name: planted, probe: { type: 'http', url }, interval: 0.2 }];
    await create(devops, 'watcher', { targets, commands: { mend: { argv: ['echo', planted] } } });

    run = await lab.launch('outer', { word: planted }, { reason: planted });
    await lab.reaches(run, ({ approvals }) => approvals['ask']?.status === 'pending', 'the question');
    expect((await lab.state(run)).steps['say']?.output).toEqual({ value: planted });
    expect((await lab.state(run)).steps['child']?.output).toEqual({ said: `inner ${planted}` });
    expect(await lab.agents.view('shop')).toMatchObject({ name: planted, state: { flags: { banner: planted } } });

    for (const agent of ['shop', 'watcher', run]) {
      const records = await lab.records(agent);
      expect(JSON.stringify(records)).toContain(planted);
      expect(checkChain(records)).toBeNull();
      expect(records).toHaveLength((await lab.agents.view(agent)).sequence);
    }
  }, 90_000);

  it('keeps schedules readable, notes included, and the messages of failures', async () => {
    const schedules = new TemporalSchedules(lab.client, 'ymera');
    const times = { everyMs: 3_600_000, paused: true, overlap: 'skip' as const, catchupWindowMs: 60_000 };
    const wanted = { id: 'hourly', runbook: planted, input: { word: planted }, note: planted, createdBy: 'ada' };
    expect(await schedules.create({ ...wanted, ...times })).toMatchObject(wanted);
    await schedules.resume('hourly', `${planted} 2`);
    await schedules.pause('hourly', `${planted} 3`);
    const listed = async () => (await schedules.list(100)).schedules.find(({ id }) => id === 'hourly');
    await until(async () => (await listed())?.note === `${planted} 3`, 'the list');
    expect(await listed()).toMatchObject({ runbook: planted, createdBy: 'ada', everyMs: 3_600_000 });

    await schedules.trigger('hourly');
    await until(async () => (await schedules.get('hourly')).recent.length > 0, 'the launch');
    const { workflow } = (await schedules.get('hourly')).recent[0] as { workflow: string };
    // There is no such runbook: an activity's failure, and with it a workflow's.
    await expect(lab.client.workflow.getHandle(workflow).result()).rejects.toMatchObject({
      cause: { cause: { message: expect.stringContaining(planted) as string, type: 'runbook_not_found' } },
    });
    expect(await historyOf(workflow)).toContain('Encoded failure');
  }, 60_000);

  it('shows none of it in any history, description, schedule or file of Temporal', async () => {
    const ids = await workflows();
    expect(ids).toEqual(expect.arrayContaining(['agent:shop', 'agent:watcher', 'watch:watcher', agentWorkflowId(run)]));
    // Its heartbeat, every 2 s, carries what it knows of the targets, by their names.
    await delay(2500);
    const { workflowService, options } = lab.client;
    const { namespace } = options;
    const places: Record<string, string> = stored();
    for (const workflowId of ids) {
      places[workflowId] = await historyOf(workflowId);
      const told = await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
      places[`${workflowId}, described`] = JSON.stringify(told, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
    }
    expect(places['watch:watcher, described']).toContain('"heartbeatDetails"');
    expect(places['temporal.db'] ?? '').toContain('agent:watcher');
    for (const id of ['agent:shop', agentWorkflowId(run)]) {
      expect(places[id]).toContain('binary/encrypted');
      expect(places[id]).toContain('first-key');
    }
    expect(Object.keys(places).filter((place) => places[place]?.includes(planted))).toEqual([]);
  }, 60_000);

  it('goes on with another first key, and reads what the old one wrote for as long as that is named', async () => {
    await lab.restart({ YMERA_ENCRYPTION_KEY: `${newKey},${oldKey}` });
    expect(await set('c2', `${planted} again`)).toMatchObject({ status: 'accepted' });
    const approver = { principal: 'bob', roles: ['approver'] };
    const planHash = (await lab.state(run)).approvals['ask']?.planHash;
    expect((await lab.command(run, 'Approve', { step: 'ask', planHash }, approver)).status).toBe('accepted');
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded', output: { said: `inner ${planted}` } });
    for (const agent of ['shop', run]) {
      expect(checkChain(await lab.records(agent))).toBeNull();
      const history = await historyOf(agentWorkflowId(agent));
      for (const id of ['first-key', 'second-key']) expect(history).toContain(id);
      expect(history).not.toContain(planted);
    }
  }, 90_000);

  it('says which key is missing where one is no longer named', async () => {
    const encryption = parseEncryptionKeys(newKey) ?? [];
    const client = connectTemporal({ address: lab.servers.temporal.url, namespace: 'default', encryption });
    try {
      const reading = new TemporalAgentHistory(client).read('shop', 1)[Symbol.asyncIterator]().next();
      await expect(reading).rejects.toMatchObject({
        code: 'unknown_encryption_key',
        message: expect.stringContaining('"first-key"') as string,
      });
    } finally {
      await client.connection.close();
    }
  });

  it('lets an auditor verify it with the keys, and says what can not be told without them', async () => {
    const pass = { intact: 'pass', complete: 'pass', attributed: 'pass', replayConsistent: 'pass' };
    const unknown = 'not_checkable';
    await lab.startProjector();
    const keeper = await lab.startKeeper();
    for (const agent of ['shop', run]) expect(await shortVerdicts(lab, agent)).toEqual(pass);
    await keeper.end('SIGTERM');
    const without = await lab.startKeeper({ YMERA_ENCRYPTION_KEY: newKey });
    const told = { complete: unknown, attributed: unknown, replayConsistent: unknown };
    expect(await shortVerdicts(lab, run)).toEqual({ ...pass, ...told });

    // Who can't read a history keeps it all the same, for whoever can.
    // Temporal gives the entries of maps in any order, so the bytes are others each time.
    const kept = async () =>
      (await historiesOf(lab.pool, run)).map(({ archivedAt: _archivedAt, sha256: _sha256, ...rest }) => rest);
    const before = await kept();
    expect(before).not.toEqual([]);
    await lab.pool.query(
      `SET session_replication_role = replica; DELETE FROM raw_histories WHERE agent_id = '${run}'; RESET session_replication_role`,
    );
    expect(await shortVerdicts(lab, run)).toEqual({ ...pass, ...told });
    expect(await kept()).toEqual(before);
    await without.end('SIGTERM');
    await lab.startKeeper();
    expect(await shortVerdicts(lab, run)).toEqual(pass);
  }, 120_000);
});
