import type { Pool } from 'pg';
import type { RunLogs } from '../infra/postgres/run-logs';
import { countAgents, findAgent, listAgents } from '../projections/queries/agents';
import { listApprovals } from '../projections/queries/approvals';
import { readByPosition, readEvents } from '../projections/queries/events';
import { readInOrder } from '../projections/queries/ledger-order';
import { sequenceAt } from '../projections/queries/moments';
import type { Snapshots } from '../projections/queries/snapshots';
import {
  createHook,
  deleteHook,
  findHook,
  listDeliveries,
  listHooks,
  noteDelivery,
  updateHook,
} from '../projections/queries/hooks';
import { listRunbooks, listRunbookVersions, readRunbook, saveRunbook } from '../projections/queries/runbooks';
import { listRuns } from '../projections/queries/runs';
import { listTargets } from '../projections/queries/targets';
import type { Hooks, KeptSnapshots, Ledger, Runbooks, RunLedger } from './dependencies';
import type { Ask } from './guarded-postgres';

/** The read side of agents. */
export function postgresLedger(pool: Pool, ask: Ask): Ledger {
  return {
    list: (filter, limit, cursor) => ask(() => listAgents(pool, filter, limit, cursor)),
    find: (agentId) => ask(() => findAgent(pool, agentId)),
    count: () => ask(() => countAgents(pool)),
    events: (agentId, from, to, limit) => ask(() => readEvents(pool, agentId, from, to, limit)),
    inOrder: (after, filter, limit) => ask(() => readInOrder(pool, after, filter, limit)),
    sequenceAt: (agentId, time) => ask(() => sequenceAt(pool, agentId, time)),
    eventsAfter: (position, limit) => ask(() => readByPosition(pool, position, limit)),
  };
}

/** Snapshots out of Postgres. They are kept beside all requests, at no caller's cost. */
export function postgresSnapshots(snapshots: Snapshots, ask: Ask): KeptSnapshots {
  return {
    before: (agentId, sequence) => ask(() => snapshots.before(agentId, sequence)),
    keep: (states) => snapshots.keep(states),
  };
}

/** The read side of runs. */
export function postgresRuns(pool: Pool, runLogs: RunLogs, ask: Ask): RunLedger {
  return {
    list: (filter, limit, cursor) => ask(() => listRuns(pool, filter, limit, cursor)),
    approvals: (filter, limit, cursor) => ask(() => listApprovals(pool, filter, limit, cursor)),
    targets: (filter, limit, cursor) => ask(() => listTargets(pool, filter, limit, cursor)),
    logs: (runId, after, limit) => ask(() => runLogs.read(runId, after, limit)),
  };
}

export function postgresRunbooks(pool: Pool, ask: Ask): Runbooks {
  return {
    list: (limit, cursor) => ask(() => listRunbooks(pool, limit, cursor)),
    read: (name, version) => ask(() => readRunbook(pool, name, version)),
    versions: (name, limit, cursor) => ask(() => listRunbookVersions(pool, name, limit, cursor)),
    save: (runbook, expected) => ask(() => saveRunbook(pool, runbook, expected)),
  };
}

export function postgresHooks(pool: Pool, ask: Ask): Hooks {
  return {
    list: (limit, cursor) => ask(() => listHooks(pool, limit, cursor)),
    find: (id) => ask(() => findHook(pool, id)),
    create: (hook) => ask(() => createHook(pool, hook)),
    setEnabled: (id, enabled) => ask(() => updateHook(pool, id, { enabled })),
    remove: (id) => ask(() => deleteHook(pool, id)),
    note: (id, delivery, run) => ask(() => noteDelivery(pool, id, delivery, run)),
    deliveries: (id, limit, cursor) => ask(() => listDeliveries(pool, id, limit, cursor)),
  };
}
