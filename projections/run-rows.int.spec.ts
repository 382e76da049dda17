import type { Pool } from 'pg';
import { applyCommand, createAgent } from '../actors/core/agent';
import type { EventRecord } from '../actors/core/event';
import type { AnyKind } from '../actors/core/kind';
import type { RunEvent } from '../actors/run/events';
import { targetAgentId } from '../actors/target/key';
import { target } from '../actors/target/target';
import { createPool } from '../infra/postgres/pool';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { silent } from './_util/fixtures';
import { contextOf, ledgerOf } from './_util/ledger';
import { foldedRun, recordsOf, runConfigOf, runTime } from './_util/run-records';
import { migrate } from './migrate';
import { projectBatch } from './project-batch';
import { countAgents, findAgent, listAgents } from './queries/agents';
import { listApprovals } from './queries/approvals';
import { findRun, listRuns, type RunFilter } from './queries/runs';
import { listTargets } from './queries/targets';
import { ownerPool } from '../tests/_util/owner-pool';

let runIsKnown = true;
jest.mock('../actors/registry', () => {
  const actual = jest.requireActual<{ kinds: AnyKind[] }>('../actors/registry');
  const others = actual.kinds.filter(({ name }) => name !== 'run');
  return {
    get kinds() {
      return runIsKnown ? [...others, foldedRun] : others;
    },
    kindNamed(name: string) {
      const kind = [...others, ...(runIsKnown ? [foldedRun] : [])].find((candidate) => candidate.name === name);
      if (kind) return kind;
      throw Object.assign(new Error('no such kind'), { name: 'DomainError', code: 'unknown_kind' });
    },
  };
});

jest.setTimeout(90_000);

const started: RunEvent = { type: 'RunStarted', data: {} };
const ended: RunEvent = { type: 'RunEnded', data: { outcome: 'succeeded', durationMs: 1 } };
const asked = (path: string, expiresAt: string, roles = ['operator']): RunEvent => ({
  type: 'ApprovalRequested',
  data: {
    path,
    message: `May ${path}?`,
    plan: { argv: ['rm', 'a\0b'] },
    planHash: 'a'.repeat(64),
    roles,
    count: 2,
    reasonRequired: true,
    expiresAt,
  },
});

describe('the rows of runs', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;
  let owner: Pool;
  const store = async (records: readonly EventRecord[]): Promise<void> => {
    const outcomes = await projectBatch(
      contextOf(pool),
      records.map((record) => ({ record, position: null })),
    );
    expect(new Set(outcomes)).toEqual(new Set(['stored']));
  };

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent);
    // Without its triggers.
    owner = ownerPool(servers.postgres.url, 'off');
  });
  beforeEach(async () => {
    runIsKnown = true;
    await owner.query('TRUNCATE events, event_keys, agents, runs, approvals, targets');
  });
  afterAll(async () => {
    await Promise.all([pool.end(), owner.end()]);
    await servers.stop();
  });

  it('follow a run from its beginning to its end', async () => {
    const config = runConfigOf({
      trigger: { type: 'agent', agent: 'web-1', run: 'mother' },
      targets: ['service:web', 'odd "\\{}, key'],
      lineage: { type: 'retry', askedBy: [], of: 'former', done: {}, skip: {} },
    });
    const records = recordsOf('r', config, [
      started,
      { type: 'TargetAcquired', data: { key: 'file:/etc/x', agent: 'target-1' } },
      { type: 'StepStarted', data: { path: 'go', attempt: 1 } },
      { type: 'StepBlocked', data: { path: 'go', error: { code: 'timeout', message: 'late' } } },
      { type: 'StepSkipped', data: { path: 'go', reason: 'not needed' } },
      { type: 'RunEnded', data: { outcome: 'failed', durationMs: 5, error: { code: 'no\0', message: 'm' } } },
    ]);
    await store(records.slice(0, 1));
    expect(await findRun(pool, 'r')).toEqual({
      id: 'r',
      name: 'The r',
      runbook: 'restart',
      version: 3,
      status: 'starting',
      phase: 'starting',
      startedBy: 'ann',
      trigger: 'agent',
      agent: 'web-1',
      targets: ['service:web', 'odd "\\{}, key'],
      createdAt: runTime(1),
      startedAt: null,
      endedAt: null,
      errorCode: null,
      sequence: 1,
      attention: false,
      parent: 'mother',
      lineageOf: 'former',
    });
    await store(records.slice(1, 5));
    expect(await findRun(pool, 'r')).toMatchObject({
      status: 'running',
      startedAt: runTime(2),
      attention: true,
      sequence: 5,
      targets: ['service:web', 'odd "\\{}, key', 'file:/etc/x'],
    });
    await store(records.slice(5, 6));
    expect(await findRun(pool, 'r')).toMatchObject({ attention: false });
    await store(records.slice(6));
    expect(await findRun(pool, 'r')).toMatchObject({ status: 'failed', endedAt: runTime(7), errorCode: 'no\uFFFD' });
    expect(await findRun(pool, 'other')).toBeNull();
  });

  it('can be filtered, and paged through newest first', async () => {
    const all = Array.from({ length: 23 }, (_, i) => {
      const config = runConfigOf({
        runbook: { name: i % 2 ? 'odd' : 'even', version: 1, hash: '' },
        targets: [`host:${i % 3}`, 'host:all'],
        startedBy: i < 5 ? 'bob' : 'ann',
        trigger: i === 7 ? { type: 'agent', agent: 'web-1' } : { type: 'api' },
      });
      const events = i === 9 ? [started, asked('ask', runTime(1, 9))] : i === 11 ? [started, ended] : [started];
      return recordsOf(`run-${String(i).padStart(2, '0')}`, config, events, 1 + Math.floor(i / 4));
    });
    await store(all.flat());
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listRuns(pool, {}, 5, cursor);
      ids.push(...page.runs.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(ids).toEqual(all.map(([first]) => first?.source.slice('/agents/'.length)).reverse());
    const found = async (filter: RunFilter): Promise<string[]> =>
      (await listRuns(pool, filter, 50)).runs.map(({ id }) => id);
    expect(await found({ runbook: 'odd', target: 'host:0' })).toEqual(['run-21', 'run-15', 'run-09', 'run-03']);
    expect(await found({ target: 'host' })).toEqual([]);
    expect(await found({ target: 'host:all' })).toHaveLength(23);
    expect(await found({ agent: 'web-1' })).toEqual(['run-07']);
    expect(await found({ started_by: 'bob' })).toHaveLength(5);
    expect(await found({ attention: true })).toEqual(['run-09']);
    expect(await found({ attention: false })).toHaveLength(22);
    expect(await found({ status: 'succeeded' })).toEqual(['run-11']);
    expect((await listRuns(pool, {}, 3, 'nonsense')).runs).toHaveLength(3);
  });

  it('hold what is asked of people, until it is answered or the run is over', async () => {
    const one = recordsOf('one', runConfigOf(), [
      started,
      asked('late', runTime(0, 9)),
      asked('soon', runTime(0, 8), ['dba']),
      { type: 'ApprovalGiven', data: { path: 'late', by: 'cleo', role: 'operator', planHash: 'a'.repeat(64) } },
      { type: 'ApprovalEscalated', data: { path: 'late', roles: ['admin', 'operator'], expiresAt: runTime(0, 9) } },
      { type: 'ApprovalVoided', data: { path: 'late', approvedHash: 'a', presentHash: 'b' } },
      asked('late', runTime(0, 7)),
    ]);
    const two = recordsOf('two', runConfigOf(), [started, asked('any', runTime(0, 6), []), ended]);
    const pending = async (role?: string[]): Promise<string[]> =>
      (await listApprovals(pool, { status: 'pending', role }, 10)).approvals.map(({ run, path }) => `${run} ${path}`);
    await store([...one.slice(0, 6), ...two.slice(0, 3)]);
    expect(await pending()).toEqual(['two any', 'one soon', 'one late']);
    expect(await pending(['admin'])).toEqual(['two any', 'one late']);
    expect(await pending(['dba', 'nobody'])).toEqual(['two any', 'one soon']);
    expect((await listApprovals(pool, { run: 'one' }, 10)).approvals[0]).toEqual({
      run: 'one',
      runbook: 'restart',
      path: 'late',
      status: 'pending',
      message: 'May late?',
      plan: { argv: ['rm', 'a\0b'] },
      planHash: 'a'.repeat(64),
      roles: ['operator', 'admin'],
      count: 2,
      reasonRequired: true,
      given: [{ by: 'cleo', role: 'operator', at: runTime(5) }],
      requestedAt: runTime(3),
      expiresAt: runTime(0, 9),
      startedBy: 'ann',
    });
    await store([...one.slice(6, 7), ...two.slice(3)]);
    expect(await pending()).toEqual(['one soon']);
    const { approvals } = await listApprovals(pool, {}, 10);
    expect(approvals.map(({ path, status }) => `${path} ${status}`)).toEqual([
      'late voided',
      'soon pending',
      'any voided',
    ]);
    await store(one.slice(7));
    expect(await pending()).toEqual(['one late', 'one soon']);
    expect((await listApprovals(pool, { run: 'one' }, 10)).approvals.at(-1)).toMatchObject({
      given: [],
      roles: ['operator'],
    });
  });

  it('page through approvals in either order', async () => {
    const events = Array.from({ length: 9 }, (_, i) => asked(`step_${i}`, runTime(Math.floor(i / 2), 9)));
    await store(recordsOf('many', runConfigOf(), [started, ...events]));
    const paths = async (status?: 'pending'): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await listApprovals(pool, { status }, 2, cursor);
        found.push(...page.approvals.map(({ path }) => path));
        if (page.next === null) return found;
        cursor = page.next;
      }
    };
    const ascending = events.map((_, i) => `step_${i}`);
    expect(await paths('pending')).toEqual(ascending);
    expect(await paths()).toEqual(ascending.reverse());
  });

  it('are those of targets too', async () => {
    const acquire = (key: string, owners: string[]): EventRecord[] => {
      const config = { checkpoint_interval: 60, log_level: 'info', key };
      const creation = { kind: 'target', id: targetAgentId(key), name: key, config };
      let { agent, records } = createAgent(
        target,
        { ...creation, command: { id: 'c', principal: 'system:run' } },
        runTime(0),
      );
      for (const [i, owner] of owners.entries()) {
        const command = { id: `c${i}`, type: 'Acquire', data: { owner }, principal: 'system:run' };
        const applied = applyCommand(target, agent, command, runTime(i + 1));
        ({ agent, records } = { agent: applied.agent, records: [...records, ...applied.records] });
      }
      return records;
    };
    await store([...acquire('service:web', ['r1', 'r2', 'r3']), ...acquire('host:a', [])]);
    const { targets, next } = await listTargets(pool, {}, 10);
    expect(next).toBeNull();
    expect(targets.map(({ key }) => key)).toEqual(['host:a', 'service:web']);
    expect(targets[1]).toMatchObject({
      agent: targetAgentId('service:web'),
      slots: 1,
      holders: [{ owner: 'r1', since: runTime(1) }],
      queue: [{ owner: 'r2' }, { owner: 'r3' }],
      updatedAt: runTime(3),
    });
    expect((await listTargets(pool, { held: true }, 10)).targets.map(({ key }) => key)).toEqual(['service:web']);
    expect((await listTargets(pool, { held: false }, 10)).targets.map(({ key }) => key)).toEqual(['host:a']);
    expect((await listTargets(pool, { key: 'host:a' }, 10)).targets).toHaveLength(1);
    const first = await listTargets(pool, {}, 1);
    expect((await listTargets(pool, {}, 1, first.next ?? '')).targets.map(({ key }) => key)).toEqual(['service:web']);
    expect((await listAgents(pool, {}, 10)).agents).toEqual([]);
    expect((await listAgents(pool, { kind: 'target' }, 10)).agents).toHaveLength(2);
    expect(await countAgents(pool)).toEqual({ running: 0, stopped: 0 });
    expect(await countAgents(pool, 'target')).toEqual({ running: 2, stopped: 0 });
  });

  it('give way where an agent claims the key of another, and the ledger goes on', async () => {
    const born = (id: string): EventRecord[] =>
      createAgent(
        target,
        {
          kind: 'target',
          id,
          name: id,
          config: { checkpoint_interval: 60, log_level: 'info', key: 'twice' },
          command: { id, principal: 'system:run' },
        },
        runTime(0),
      ).records;
    await store(born('target-first'));
    await store(born('target-second'));
    expect((await listTargets(pool, {}, 10)).targets.map(({ agent }) => agent)).toEqual(['target-first']);
    expect(await ledgerOf(pool, 'target-second')).toHaveLength(1);
  });

  it('are left out while the kind is unknown, and made when a release knows it', async () => {
    const records = recordsOf('early', runConfigOf(), [started, asked('ask', runTime(0, 9)), ended]);
    runIsKnown = false;
    await store(records.slice(0, 3));
    expect(await findRun(pool, 'early')).toBeNull();
    expect(await findAgent(pool, 'early')).toMatchObject({ kind: 'run', state: null, sequence: 3 });
    runIsKnown = true;
    await store(records.slice(3));
    expect(await findRun(pool, 'early')).toMatchObject({
      status: 'succeeded',
      startedAt: runTime(2),
      attention: false,
    });
    expect((await listApprovals(pool, {}, 10)).approvals.map(({ status }) => status)).toEqual(['voided']);
  });
});
