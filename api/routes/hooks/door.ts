import { systemRole, type CommandEnvelope } from '../../../actors/core/command';
import { isDomainError, isGone } from '../../../actors/core/errors';
import { isExpressionError } from '../../../actors/runbook/expressions';
import type { Hook } from '../../../projections/queries/hooks';
import type { Dependencies } from '../../dependencies';
import {
  checkSignature,
  deliveryOf,
  hookRunId,
  inputOf,
  toleranceSeconds,
  wanted,
  type AlertGroup,
  type Sent,
} from '../../hook-delivery';
import { decodeUtf8, jsonOf } from '../../middleware/json-body';
import { Problem, problemOf } from '../../problem';
import { route, type RawRequest, type Reply } from '../../route';
import { traceHeaders } from '../../schemas';
import { traceparentOf } from '../../trace-context';
import { delivered, deliveredEvent, hookParams } from './schema';

/** Compared with where there is no hook, or no secret, so that both take as long. */
const nothing = 'a secret that nobody has';

export const door = route({
  method: 'post',
  path: '/hooks/{id}',
  operationId: 'deliverHook',
  permission: 'public',
  tag: 'hooks',
  summary: 'Deliver an event, signed',
  description:
    '`generic`: `X-Ymera-Signature: t=<unix seconds>,v1=<hex>`, the HMAC-SHA256 of `<t>.<raw body>`, at most five minutes old, and ' +
    '`X-Ymera-Delivery` to tell deliveries apart. `github`: as GitHub signs. `alertmanager`: signed like `generic`, or with the secret as ' +
    'bearer token. The same delivery begins one run, however often it comes. When a group of alerts is over, the run that it began leaves out ' +
    'the steps that are pending; a hook with an agent tells that instead.',
  rawBody: deliveredEvent,
  params: hookParams,
  headers: traceHeaders,
  responses: {
    200: { description: 'It had come before, or asks for no run.', schema: delivered },
    202: { description: 'A run begins, or the agent knows.', schema: delivered },
  },
  problems: [
    'invalid_signature',
    'hook_disabled',
    'replayed_delivery',
    'body_too_large',
    'malformed_request',
    'malformed_json',
    'invalid_encoding',
    'json_too_deep',
    'forbidden_key',
    'invalid_hook',
    'invalid_input',
    'runbook_not_found',
    'agent_not_found',
    'unavailable',
  ],
  async handler({ params: { id }, headers, raw, deps }) {
    const hook = await deps.hooks.find(id);
    const count = (outcome: string): void =>
      deps.metrics.hookDeliveries.inc({ hook: hook ? hook.id : 'unknown', outcome });
    try {
      const reply = await receive(deps, hook, raw, traceparentOf(headers.traceparent));
      const { run, agent, duplicate } = reply.body as { run: string | null; agent?: string; duplicate: boolean };
      count(run === null && agent === undefined ? 'ignored' : duplicate ? 'duplicate' : 'started');
      return reply;
    } catch (error) {
      count(problemOf(error).code);
      throw error;
    }
  },
});

async function receive(
  deps: Dependencies,
  hook: Hook | null,
  raw: RawRequest,
  traceparent: string | undefined,
): Promise<Reply> {
  const sent: Sent = { headers: raw.headers, body: await raw.read() };
  const secret = hook ? await deps.secrets.get(hook.secretName) : undefined;
  const { signature } = checkSignature(hook ?? { form: 'generic' }, sent, secret ?? nothing, Date.now());
  if (!hook || secret === undefined) throw new Problem('invalid_signature');
  if (!hook.enabled) throw new Problem('hook_disabled');
  const delivery = deliveryOf(hook, sent, jsonOf(decodeUtf8(sent.body)));
  if (delivery === null) return { body: { run: null, duplicate: false } };
  const { id } = delivery;
  if (!/^[^\0]{1,200}$/.test(id))
    throw new Problem('malformed_request', 'the id of a delivery has 1 to 200 characters');
  // What is signed has no id in it: without this, whoever saw one delivery could send it again under another id.
  if (signature !== '' && !(await deps.replays.admits(`${hook.id}:${signature}`, id, toleranceSeconds * 2))) {
    throw new Problem('replayed_delivery');
  }
  try {
    if (!wanted(hook, delivery)) return { body: { run: null, duplicate: false } };
    const { group } = delivery;
    if (group && hook.agent !== null) return await tellAgent(deps, hook, hook.agent, group, traceparent);
    if (group && !group.firing) return await standDown(deps, hook, id);
    return await begin(deps, hook, { id, input: inputOf(hook, delivery), traceparent });
  } catch (error) {
    if (!isExpressionError(error)) throw error;
    throw new Problem('invalid_hook', `the hook can not make a run of this delivery: ${error.message}`);
  }
}

/** The agent makes an issue of it, or ends one. */
async function tellAgent(
  deps: Dependencies,
  hook: Hook,
  agent: string,
  { key, firing, since, labels, text }: AlertGroup,
  traceparent: string | undefined,
): Promise<Reply> {
  const command: CommandEnvelope = {
    id: `hook:${hook.id}:${key}:${firing ? 'firing' : 'resolved'}:${since}`,
    type: 'ReportAlerts',
    data: { group: key, firing, since, labels, text },
    principal: `hook:${hook.id}`,
    roles: [systemRole],
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const [result] = await deps.agents.send(agent, [command]);
  if (result?.status === 'rejected')
    throw new Problem('invalid_hook', `the agent ${agent} refuses it: ${result.message}`);
  if (result?.status === 'accepted') deps.hub.learn(result.events);
  const duplicate = result?.status === 'duplicate';
  return { status: duplicate ? 200 : 202, body: { run: null, agent, duplicate } };
}

/** The alerts are over: the run that they began leaves out what is pending. */
async function standDown(deps: Dependencies, hook: Hook, delivery: string): Promise<Reply> {
  const run = hookRunId(hook.id, delivery);
  const data = { undo: false, pending: true };
  try {
    await deps.agents.send(run, [{ id: `${run}:over`, type: 'Cancel', data, principal: `hook:${hook.id}` }]);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return { body: { run: null, duplicate: false } };
}

async function begin(
  deps: Dependencies,
  hook: Hook,
  { id: delivery, input, traceparent }: { id: string; input: Record<string, unknown>; traceparent: string | undefined },
): Promise<Reply> {
  const run = hookRunId(hook.id, delivery);
  const { created } = await deps.launcher.launch({
    id: run,
    runbook: hook.runbook ?? '',
    ...(hook.version === null ? {} : { version: hook.version }),
    input,
    trigger: { type: 'webhook', hook: hook.id, delivery },
    principal: `hook:${hook.id}`,
    ...(traceparent === undefined ? {} : { traceparent }),
  });
  // For the list of deliveries only: whether it is a duplicate, the run has decided.
  await deps.hooks.note(hook.id, delivery, run).catch((error: unknown) => {
    if (isDomainError(error)) throw error;
    deps.logger.warn({ err: error, hook: hook.id }, 'a delivery was not noted');
  });
  return { status: created ? 202 : 200, body: { run, duplicate: !created } };
}
