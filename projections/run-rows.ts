import type { PoolClient } from 'pg';
import type { AgentState } from '../actors/core/agent-state';
import type { RunConfig } from '../actors/run/config';
import type { ApprovalState, RunState } from '../actors/run/state';
import type { FoldedAgent } from './fold';
import { plain } from './ledger-rows';

type RunAgent = AgentState<RunState, RunConfig>;

/** Longer ones would not fit into an index. */
const longestKey = 800;

/**
 * Writes the rows of those agents that are runs and targets. One whose kind this release does not know has no state to
 * make a row of; it gets one when a release that knows it has folded it.
 */
export async function saveRunRows(client: PoolClient, folded: readonly FoldedAgent[]): Promise<void> {
  const known = folded.filter(({ kindKnown }) => kindKnown).map(({ agent }) => agent);
  const runs = known.filter(({ kind }) => kind === 'run') as RunAgent[];
  await saveRuns(client, runs);
  await saveApprovals(client, runs);
  await saveTargets(
    client,
    known.filter(({ kind }) => kind === 'target'),
  );
}

async function saveRuns(client: PoolClient, runs: readonly RunAgent[]): Promise<void> {
  if (runs.length === 0) return;
  await client.query(
    `INSERT INTO runs (id, name, runbook, version, status, phase, started_by, trigger_type, agent, targets, created_at, started_at,
       ended_at, error_code, sequence, attention, parent, lineage_of)
     SELECT id, name, runbook, version, status, phase, started_by, trigger_type, agent, targets::text[], created_at, started_at,
       ended_at, error_code, sequence, attention, parent, lineage_of
     FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::bigint[], $16::boolean[],
       $17::text[], $18::text[])
       AS new (id, name, runbook, version, status, phase, started_by, trigger_type, agent, targets, created_at, started_at,
         ended_at, error_code, sequence, attention, parent, lineage_of)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, phase = excluded.phase, targets = excluded.targets,
       started_at = excluded.started_at, ended_at = excluded.ended_at, error_code = excluded.error_code,
       sequence = excluded.sequence, attention = excluded.attention`,
    [
      runs.map(({ id }) => id),
      runs.map(({ name }) => plain(name)),
      runs.map(({ config }) => plain(config.runbook.name)),
      runs.map(({ config }) => config.runbook.version),
      runs.map(({ state }) => state.status),
      runs.map(({ state }) => state.phase),
      runs.map(({ config }) => plain(config.startedBy)),
      runs.map(({ config }) => config.trigger.type),
      runs.map(({ config }) => nullable(config.trigger.agent)),
      runs.map((run) => textArray(targetKeys(run))),
      runs.map(({ createdAt }) => createdAt),
      runs.map(({ state }) => state.startedAt),
      runs.map(({ state }) => state.endedAt),
      runs.map(({ state }) => nullable(state.error?.code)),
      runs.map(({ sequence }) => sequence),
      runs.map(needsAttention),
      runs.map(({ config }) => nullable(config.trigger.run)),
      runs.map(({ config }) => nullable(config.lineage?.of)),
    ],
  );
}

async function saveApprovals(client: PoolClient, runs: readonly RunAgent[]): Promise<void> {
  const asked = runs.flatMap((run) =>
    Object.entries(run.state.approvals).map(([path, approval]) => ({ run, path, approval })),
  );
  if (asked.length === 0) return;
  await client.query(
    `INSERT INTO approvals (run_id, path, status, message, plan, plan_hash, roles, count, reason_required, given, requested_at,
       expires_at, started_by)
     SELECT run_id, path, status, message, plan::json, plan_hash, roles::text[], count, reason_required, given::json, requested_at,
       expires_at, started_by
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::boolean[],
       $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[])
       AS new (run_id, path, status, message, plan, plan_hash, roles, count, reason_required, given, requested_at, expires_at,
         started_by)
     ON CONFLICT (run_id, path) DO UPDATE SET status = excluded.status, message = excluded.message, plan = excluded.plan,
       plan_hash = excluded.plan_hash, roles = excluded.roles, count = excluded.count,
       reason_required = excluded.reason_required, given = excluded.given, requested_at = excluded.requested_at,
       expires_at = excluded.expires_at
     -- Most events of a run concern none of its approvals, and plans can be long.
     WHERE (approvals.status, approvals.plan_hash, approvals.requested_at, approvals.expires_at, approvals.roles, approvals.given::text)
       IS DISTINCT FROM (excluded.status, excluded.plan_hash, excluded.requested_at, excluded.expires_at, excluded.roles, excluded.given::text)`,
    [
      asked.map(({ run }) => run.id),
      asked.map(({ path }) => path),
      asked.map(({ run, approval }) => (isOver(run) ? settled(approval.status) : approval.status)),
      asked.map(({ approval }) => plain(approval.message)),
      asked.map(({ approval }) => JSON.stringify(approval.plan ?? null)),
      asked.map(({ approval }) => approval.planHash),
      asked.map(({ approval }) => textArray([...new Set([...approval.roles, ...approval.escalatedTo])])),
      asked.map(({ approval }) => approval.count),
      asked.map(({ approval }) => approval.reasonRequired),
      asked.map(({ approval }) => JSON.stringify(approval.given)),
      asked.map(({ approval }) => approval.requestedAt),
      asked.map(({ approval }) => approval.expiresAt),
      asked.map(({ run }) => plain(run.config.startedBy)),
    ],
  );
}

/** Of a target only what its state and config hold by these names is looked at. */
async function saveTargets(client: PoolClient, targets: readonly AgentState[]): Promise<void> {
  const rows = targets.flatMap((agent) => {
    const { key } = agent.config as { key?: unknown };
    return typeof key === 'string' ? [{ agent, key, lock: agent.state as Partial<LockState> }] : [];
  });
  if (rows.length === 0) return;
  // A target's id follows from its key. Should another agent claim the key all the same, the ledger must go on without it.
  await client.query(
    `INSERT INTO targets (agent_id, key, slots, holders, queue, updated_at)
     SELECT agent_id, key, slots, holders::json, queue::json, updated_at
     FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[])
       AS new (agent_id, key, slots, holders, queue, updated_at)
     WHERE NOT EXISTS (SELECT FROM targets WHERE targets.key = new.key AND targets.agent_id <> new.agent_id)
     ON CONFLICT (agent_id) DO UPDATE SET slots = excluded.slots, holders = excluded.holders, queue = excluded.queue,
       updated_at = excluded.updated_at`,
    [
      rows.map(({ agent }) => agent.id),
      rows.map(({ key }) => short(key)),
      rows.map(({ lock }) => lock.slots ?? 1),
      rows.map(({ lock }) => JSON.stringify(lock.holders ?? [])),
      rows.map(({ lock }) => JSON.stringify(lock.queue ?? [])),
      rows.map(({ agent }) => agent.updatedAt),
    ],
  );
}

interface LockState {
  slots: number;
  holders: unknown[];
  queue: unknown[];
}

/** Those it named at its start, and those that its steps asked for since. */
function targetKeys({ config, state }: RunAgent): string[] {
  return [...new Set([...config.targets, ...state.targets.map(({ key }) => key)])].map(short);
}

function needsAttention(run: RunAgent): boolean {
  if (isOver(run)) return false;
  const { steps, approvals } = run.state;
  return (
    Object.values(steps).some(({ status }) => status === 'blocked') ||
    Object.values(approvals).some(({ status }) => status === 'pending')
  );
}

function isOver({ status, state }: RunAgent): boolean {
  return status === 'stopped' || state.phase === 'ended';
}

/** Nobody can answer a run that is over. */
function settled(status: ApprovalState['status']): ApprovalState['status'] {
  return status === 'pending' ? 'voided' : status;
}

function nullable(text: string | undefined): string | null {
  return text === undefined ? null : plain(text);
}

function short(key: string): string {
  return plain(key).slice(0, longestKey);
}

/** As Postgres writes a `text[]`: an array of arrays can't be a parameter unless all are of one length. */
function textArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${plain(item).replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}
