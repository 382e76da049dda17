import { demand } from '../../access/authorize';
import { commandDemand, demandOn } from '../../access/policy';
import { replayHeader, sendCommand, sendCommands, type Order, type Outcome } from '../../commands';
import { recordConfigs } from '../../config-acts';
import { Problem } from '../../problem';
import type { ProblemCode } from '../../problems';
import { route, type Route } from '../../route';
import { agentParams, writeHeaders } from '../../schemas';
import { commandAnswer, commandBody } from './schema';

const send = route({
  method: 'post',
  path: '/agents/{id}/commands',
  operationId: 'sendCommands',
  permission: 'agents:command',
  tag: 'commands',
  summary: 'Send one command, or up to 256 in order',
  description:
    'A single command that is refused is a problem. In an array each one stands alone: the answer is an array of as many results, ' +
    'a refused one with its `problem`, but where the caller may not send one of them, none is sent. A retry with the same ' +
    '`Idempotency-Key` is applied once and answered with the same events.',
  params: agentParams,
  headers: writeHeaders,
  body: commandBody,
  responses: {
    200: {
      description: 'What became of it, or of each.',
      schema: commandAnswer,
      headers: { 'Idempotent-Replayed': '`true` where all of it had been done before.' },
    },
  },
  problems: [
    'agent_not_found',
    'agent_stopped',
    'unknown_command',
    'invalid_command',
    'invalid_config',
    'internal_command',
    'internal_kind',
    'version_conflict',
    'version_not_found',
    'limit_reached',
    'not_found',
    'not_allowed',
    'run_ended',
    'approval_not_pending',
    'approval_expired',
    'plan_changed',
    'self_approval',
    'role_missing',
    'already_answered',
    'reason_required',
    'decision_failed',
    'queue_full',
    'unavailable',
  ],
  async handler({ params: { id }, body, headers, principal, record, deps }) {
    const sender = { principal, headers };
    for (const { type } of [body].flat()) demand(principal, demandOn(id, commandDemand(type)));
    if (!Array.isArray(body)) {
      const outcome = await sendCommand(deps, id, orderOf(body), sender).catch((error: unknown) => {
        throw pointed(error);
      });
      await recordConfigs(record, id, [outcome]);
      return { body: outcome, headers: replayHeader([outcome]) };
    }
    const outcomes = await sendCommands(deps, id, body.map(orderOf), sender);
    await recordConfigs(record, id, outcomes);
    return { body: outcomes.map(present), headers: replayHeader(outcomes) };
  },
});

function orderOf({ type, data = {}, reason }: { type: string; data?: unknown; reason?: string }): Order {
  return { type, data, ...(reason === undefined ? {} : { reason }) };
}

function present(outcome: Outcome): object {
  if (outcome.status !== 'rejected') return outcome;
  return { ...outcome, problem: (pointed(outcome.problem) as Problem).body() };
}

/** The domain points into the data or the config that it was given; a caller needs to know where in the command. */
function pointed(error: unknown): unknown {
  const prefix = error instanceof Problem ? prefixes[error.code] : undefined;
  if (!(error instanceof Problem) || prefix === undefined) return error;
  const fields = error.fields.map(({ pointer, message }) => ({ pointer: prefix + pointer, message }));
  return new Problem(error.code, error.message, fields, error.headers);
}

const prefixes: Partial<Record<ProblemCode, string>> = { invalid_command: '/data', invalid_config: '/data/config' };

export const commandRoutes: Route[] = [send];
