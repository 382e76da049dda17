import type { Pool } from 'pg';
import { isTransient } from '../infra/postgres/pool';
import type { RunLogs } from '../infra/postgres/run-logs';
import type { RetentionClasses } from '../infra/retention';
import { countAgents, findAgent, listAgents } from '../projections/queries/agents';
import { listApprovals } from '../projections/queries/approvals';
import {
  createTemplate,
  deleteTemplate,
  findTemplate,
  listTemplates,
  replaceTemplate,
} from '../projections/queries/config-templates';
import { readHistogram } from '../projections/queries/event-histogram';
import { readByPosition, readEvents, readFaults } from '../projections/queries/events';
import { findHold, listHolds, placeHold, releaseHold } from '../projections/queries/evidence-holds';
import { expiredTo, readRetention, setRetention } from '../projections/queries/evidence-retention';
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
import type { ConfigTemplates, Hooks, Keeping, KeptSnapshots, Ledger, Rebuild, Runbooks, RunLedger } from './read-side';
import type { Ask } from './guarded-postgres';
import { unavailable } from './problem';

/** The read side of agents. */
export function postgresLedger(pool: Pool, ask: Ask): Ledger {
  return {
    list: (filter, limit, cursor) => ask(() => listAgents(pool, filter, limit, cursor)),
    find: (agentId) => ask(() => findAgent(pool, agentId)),
    count: () => ask(() => countAgents(pool)),
    events: (agentId, from, to, limit) => ask(() => readEvents(pool, agentId, from, to, limit)),
    expiredTo: (agentId) => ask(() => expiredTo(pool, agentId)),
    faults: (agentId, limit, cursor) => ask(() => readFaults(pool, agentId, limit, cursor)),
    inOrder: (after, filter, limit) => ask(() => readInOrder(pool, after, filter, limit)),
    sequenceAt: (agentId, time) => ask(() => sequenceAt(pool, agentId, time)),
    histogram: (agentId, by, slices) => ask(() => readHistogram(pool, agentId, by, slices)),
    eventsAfter: (position, limit) => ask(() => readByPosition(pool, position, limit)),
  };
}

/** How long what there is of agents is kept. */
export function postgresKeeping(pool: Pool, ask: Ask, classes: RetentionClasses): Keeping {
  return {
    classes,
    retention: (agentId) => ask(() => readRetention(pool, agentId)),
    setRetention: (agentId, choice) => ask(() => setRetention(pool, agentId, choice)),
    placeHold: (hold) => ask(() => placeHold(pool, hold)),
    releaseHold: (id, by, reason) => ask(() => releaseHold(pool, id, by, reason)),
    findHold: (id) => ask(() => findHold(pool, id)),
    holds: (filter, limit, cursor) => ask(() => listHolds(pool, filter, limit, cursor)),
  };
}

/** It takes longer than one query may: an outage is told as such all the same. */
export function guardedRebuild(rebuild: Rebuild): Rebuild {
  return {
    async run(request, ms) {
      try {
        return await rebuild.run(request, ms);
      } catch (error) {
        throw isTransient(error) ? unavailable(error) : error;
      }
    },
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

export function postgresTemplates(pool: Pool, ask: Ask): ConfigTemplates {
  return {
    list: (kind, limit, cursor) => ask(() => listTemplates(pool, kind, limit, cursor)),
    find: (id) => ask(() => findTemplate(pool, id)),
    create: (template, by) => ask(() => createTemplate(pool, template, by)),
    replace: (template, by, expected) => ask(() => replaceTemplate(pool, template, by, expected)),
    remove: (id, expected) => ask(() => deleteTemplate(pool, id, expected)),
  };
}
