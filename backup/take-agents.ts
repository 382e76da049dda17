import type { Client } from '@temporalio/client';
import type { EventRecord } from '../actors/core/event';
import { mostRecordsBytes } from '../actors/core/limits';
import { fitting } from '../actors/core/json-size';
import { run } from '../actors/run/run';
import type { RunState } from '../actors/run/state';
import { keptClosed } from '../projections/queries/evidence-histories';
import type { Queryable } from '../projections/queries/queryable';
import type { TemporalAgentHistory } from '../temporal/agent-history';
import { isNotFound } from '../temporal/grpc-status';
import { runningWorkflows } from '../temporal/running-workflows';
import { takeHistory, type TakenHistory } from '../temporal/run-history';
import { agentIdOf, agentWorkflowId, continuation, type AgentCarry, type Continuation } from '../workflows/messages';
import type { BackedUpHistory, BackedUpWorkflow, RestoredAgent } from './backup-line';

const callMs = 20_000;
const mostTries = 10;

/** An agent can't be backed up as it stands. */
export class AgentNotTaken extends Error {
  readonly code = 'agent_not_taken';
}

export interface AgentPorts {
  client: Client;
  history: Pick<TemporalAgentHistory, 'read'>;
  /** The database as it was when the backup began. */
  snapshot: Queryable;
}

/** What is alive, as Temporal lists it: agents, the newest first, so that a run is taken before the one that it is a step of. */
export async function openAgents(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of runningWorkflows(client, ['agent', 'run'])) {
    const id = agentIdOf(workflowId);
    if (id !== null) ids.push(id);
  }
  return ids;
}

/** What companions are doing, so that they can be begun again. */
export async function* companions(client: Client): AsyncGenerator<BackedUpWorkflow> {
  for await (const { workflowId, type } of runningWorkflows(client, ['watch', 'measure', 'follow', 'alerts'])) {
    try {
      const { input } = await ask(client, workflowId);
      yield { type: 'workflow', workflow: type, workflowId, input };
    } catch (error) {
      // Its agent has no more use for it.
      if (!isNotFound(error)) throw error;
    }
  }
}

/**
 * An agent as it stands now: what it goes on with elsewhere, and those raw histories that the database lacks.
 * @throws AgentNotTaken where records can't be had, or the client's error
 */
export async function* takeAgent(
  ports: AgentPorts,
  agentId: string,
): AsyncGenerator<BackedUpHistory | BackedUpWorkflow> {
  const { client } = ports;
  const workflowId = agentWorkflowId(agentId);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { runId, status, type } = await client.workflow.getHandle(workflowId).describe();
    const { input, historyLength } = await ask<RestoredAgent>(client, workflowId, runId);
    if (status.name !== 'RUNNING') {
      yield* histories(ports, agentId, runId);
      const ended = await carriedOn(ports, agentId, input.carried, runId);
      // It has ended since the database was read: it is begun again to say its last words, and ends.
      if (ended.pending?.length) yield { type: 'workflow', workflow: type, workflowId, input: { carried: ended } };
      return;
    }
    const taken = await takeHistory(client, agentId, runId, historyLength);
    // It went on in a new run meanwhile: what is told would not be of one moment.
    if (taken.facts.closed) continue;
    yield lineOf(taken);
    yield* histories(ports, agentId, taken.facts.previousRunId);
    const carried = await carriedOn(ports, agentId, input.carried, runId);
    yield { type: 'workflow', workflow: type, workflowId, input: { carried } satisfies RestoredAgent };
    return;
  }
  throw new AgentNotTaken(`agent ${agentId} goes on in new runs faster than it can be read`);
}

/** Walks back through the runs of an agent to the first that the database has as it closed. @param from the newest, null for none */
async function* histories(
  { client, snapshot }: AgentPorts,
  agentId: string,
  from: string | null,
): AsyncGenerator<BackedUpHistory> {
  const workflowId = agentWorkflowId(agentId);
  for (let runId = from; runId !== null;) {
    if ((await keptClosed(snapshot, [{ workflowId, runId }])).size > 0) return;
    const taken: TakenHistory = await takeHistory(client, agentId, runId);
    yield lineOf(taken);
    runId = taken.facts.previousRunId;
  }
}

function lineOf({ facts, span, bytes }: TakenHistory): BackedUpHistory {
  if (span === null)
    throw new AgentNotTaken(`YMERA_ENCRYPTION_KEY lacks the key of the history of agent ${facts.agentId}`);
  return { type: 'history', history: { ...facts, ...span }, bytes: Buffer.from(bytes).toString('base64') };
}

/**
 * What it carries on, with the records at hand that the ledger of the backup lacks: they will be published again. Of very many only
 * the newest: they make the projector look for those before them, which it finds in the histories of the backup.
 */
async function carriedOn(
  { history, snapshot }: AgentPorts,
  agentId: string,
  carried: AgentCarry,
  runId: string,
): Promise<AgentCarry> {
  const { sequence } = carried.agent;
  const { rows } = await snapshot.query<{ sequence: string }>('SELECT sequence FROM agents WHERE id = $1', [agentId]);
  const published = Math.min(Number(rows[0]?.sequence ?? 0), sequence);
  const missing = new Map<number, EventRecord>();
  if (published < sequence) {
    for await (const batch of history.read(agentId, published + 1, sequence)) {
      for (const record of batch) missing.set(record.sequence, record);
    }
  }
  for (const record of carried.pending ?? []) if (record.sequence > published) missing.set(record.sequence, record);
  const newestFirst = [...missing.values()].sort((a, b) => b.sequence - a.sequence);
  if (newestFirst.length !== sequence - published) {
    throw new AgentNotTaken(
      `agent ${agentId} has ${sequence - published} records that the ledger lacks, and not all are told`,
    );
  }
  const pending = fitting(newestFirst, mostRecordsBytes).reverse();
  const unsure = unsureOf(carried);
  return {
    ...carried,
    published: sequence - pending.length,
    pending,
    checkpoint: { sequence: 0, at: 0 },
    ...(unsure.length > 0 ? { unsure } : {}),
    restored: { from: runId },
  };
}

/** Steps that were under way, and what an earlier restore has left open. */
function unsureOf({ agent, unsure = [] }: AgentCarry): string[] {
  if (agent.kind !== run.name) return unsure;
  const underWay = Object.entries((agent.state as RunState).steps)
    .filter(([, { status, action }]) => status === 'running' && action !== undefined)
    .map(([path]) => path);
  return [...new Set([...unsure, ...underWay])];
}

function ask<Input>(client: Client, workflowId: string, runId?: string): Promise<Continuation<Input>> {
  return client.withDeadline(Date.now() + callMs, () =>
    client.workflow.getHandle(workflowId, runId).query<Continuation<Input>, []>(continuation.name),
  );
}
