import { uuidv7 } from 'uuidv7';
import { recordsOf, type CommandEnvelope, type CommandResult } from '../actors/core/command';
import { eventKind, type EventRecord } from '../actors/core/event';
import type { Principal } from './access/principal';
import type { Dependencies } from './dependencies';
import { refusedCommands } from './kept-agents';
import { Problem } from './problem';
import { isProblemCode, problems } from './problems';
import { traceparentOf } from './trace-context';

export interface Order {
  type: string;
  data: unknown;
  reason?: string;
}

/** Who orders, and how a retry is recognised. */
export interface Sender {
  principal: Principal;
  headers: { 'idempotency-key'?: string; traceparent?: string };
}

/** What became of one command, with the events that it made, now or the first time. */
export type Outcome =
  | { status: 'accepted' | 'duplicate'; commandId: string; sequence: number; events: EventRecord[] }
  | { status: 'rejected'; commandId: string; problem: Problem };

/** Id, principal and trace of a command. @param suffix tells the commands of one request apart */
export function commandMeta({ principal, headers }: Sender, suffix = ''): Omit<CommandEnvelope, 'type' | 'data'> {
  const key = headers['idempotency-key'];
  const traceparent = traceparentOf(headers.traceparent);
  return {
    // Encoded, so that no principal with a colon can take another one's keys.
    id: key === undefined ? uuidv7() : `${encodeURIComponent(principal.subject)}:${key}${suffix}`,
    principal: principal.subject,
    ...(principal.roles.length > 0 ? { roles: [...principal.roles] } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/**
 * Sends commands to an agent. Each is accepted or refused alone.
 * @throws Problem or AgentFailure where none of them was, or where nobody knows
 */
export function sendCommands(deps: Dependencies, agentId: string, orders: Order[], sender: Sender): Promise<Outcome[]> {
  return dispatch(
    deps,
    agentId,
    orders.map((order, index) => ({ ...order, ...commandMeta(sender, `:${index}`) })),
  );
}

/** Sends one command. @throws Problem also where the agent refuses it */
export async function sendCommand(
  deps: Dependencies,
  agentId: string,
  order: Order,
  sender: Sender,
): Promise<Exclude<Outcome, { status: 'rejected' }>> {
  const [outcome] = await dispatch(deps, agentId, [{ ...order, ...commandMeta(sender) }]);
  if (!outcome) throw new Error(`agent ${agentId} gave no result`);
  if (outcome.status === 'rejected') throw outcome.problem;
  return outcome;
}

/** `Idempotent-Replayed: true` where nothing happened because all of it had happened before. */
export function replayHeader(outcomes: readonly Outcome[]): Record<string, string> {
  return outcomes.length > 0 && outcomes.every(({ status }) => status === 'duplicate')
    ? { 'Idempotent-Replayed': 'true' }
    : {};
}

async function dispatch(deps: Dependencies, agentId: string, envelopes: CommandEnvelope[]): Promise<Outcome[]> {
  const refused = await refusedCommands(deps, agentId, envelopes);
  const wanted = envelopes.filter((envelope) => !refused.has(envelope));
  const results = wanted.length > 0 ? await deps.agents.send(agentId, wanted) : [];
  // A refusal may leave its mark too.
  const made = results.flatMap(recordsOf);
  deps.hub.learn(made);
  const kind = made[0] ? eventKind(made[0]) : 'unknown';
  for (const { status } of results) deps.metrics.commands.inc({ kind, outcome: status });
  const outcomes = await Promise.all(results.map((result) => outcomeOf(deps, agentId, result)));
  return envelopes.map((envelope) => {
    const problem = refused.get(envelope);
    return problem ? { status: 'rejected', commandId: envelope.id, problem } : (outcomes.shift() as Outcome);
  });
}

async function outcomeOf(deps: Dependencies, agentId: string, result: CommandResult<EventRecord>): Promise<Outcome> {
  const { status, commandId } = result;
  switch (status) {
    case 'accepted':
      return { status, commandId, sequence: result.sequence, events: result.events };
    case 'duplicate': {
      const events = result.to < result.from ? [] : await deps.events.range(agentId, result.from, result.to);
      return { status, commandId, sequence: result.to, events };
    }
    case 'rejected': {
      const code = isProblemCode(result.code) ? result.code : 'internal_error';
      // A fault of the server is nothing to tell a client of.
      const detail = problems[code].status >= 500 ? undefined : result.message;
      const problem = new Problem(code, detail, result.fields, {}, { cause: new Error(result.message) });
      return { status, commandId, problem };
    }
  }
}
