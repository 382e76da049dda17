import type { DomainErrorCode } from '../actors/core/errors';
import type { AgentFailureCode } from '../temporal/failures';
import { accessProblems } from './access/problems';
import { metricProblems } from './routes/metrics/problems';

/** One kind of problem: its HTTP status, its short title, and what it means to the one who gets it. */
export interface ProblemKind {
  status: number;
  title: string;
  meaning: string;
}

const domain: Record<DomainErrorCode, ProblemKind> = {
  unknown_kind: {
    status: 422,
    title: 'Unknown kind of agent',
    meaning: 'There is no kind of that name; `GET /api/v1/kinds` lists them.',
  },
  unknown_command: {
    status: 422,
    title: 'Unknown command',
    meaning: 'Agents of this kind know no command of that type.',
  },
  invalid_command: {
    status: 422,
    title: 'Invalid command',
    meaning: 'The data of the command breaks its schema; nothing happened.',
  },
  invalid_config: {
    status: 422,
    title: 'Invalid config',
    meaning: 'The config breaks the schema of its kind; nothing changed.',
  },
  internal_command: {
    status: 403,
    title: 'Internal command',
    meaning: 'Only Ymera itself sends commands of that type.',
  },
  agent_stopped: {
    status: 409,
    title: 'Agent stopped',
    meaning: 'The agent is stopped and takes no commands; its history stays.',
  },
  version_conflict: {
    status: 412,
    title: 'Version conflict',
    meaning: 'There is another version by now than `If-Match` names: read it again.',
  },
  version_not_found: {
    status: 404,
    title: 'Version not found',
    meaning: 'The agent has no such version of its config.',
  },
  limit_reached: { status: 409, title: 'Limit reached', meaning: 'The agent holds as much as its config allows.' },
  not_found: { status: 404, title: 'Not found', meaning: 'What the command names does not exist in the agent.' },
  decision_failed: {
    status: 500,
    title: 'Decision failed',
    meaning: 'A fault in the kind of agent: the command was not applied and nothing changed.',
  },
  invalid_runbook: {
    status: 422,
    title: 'Invalid runbook',
    meaning: "The runbook breaks its schema or says what can't be; `errors` names each place.",
  },
  invalid_input: {
    status: 422,
    title: 'Invalid input',
    meaning: 'The input is not what the runbook declares; nothing was started.',
  },
  internal_kind: {
    status: 403,
    title: 'Internal kind',
    meaning: 'Ymera itself makes the agents of that kind, and keeps them.',
  },
  run_ended: {
    status: 409,
    title: 'Run ended',
    meaning: 'The run has ended; `retry` or `rerun` makes a new one of it.',
  },
  approval_not_pending: {
    status: 409,
    title: 'Approval not pending',
    meaning: 'Nobody is asked for that approval now.',
  },
  approval_expired: { status: 409, title: 'Approval expired', meaning: 'It was not answered in time and is denied.' },
  plan_changed: {
    status: 412,
    title: 'Plan changed',
    meaning: 'The plan is not the one that the answer names by its hash: look at it again.',
  },
  self_approval: {
    status: 403,
    title: 'Self-approval',
    meaning: 'Nobody approves what they have asked for themselves.',
  },
  role_missing: { status: 403, title: 'Role missing', meaning: 'The call demands a role that the caller lacks.' },
  already_answered: {
    status: 409,
    title: 'Already answered',
    meaning: 'One person counts once.',
  },
  reason_required: { status: 422, title: 'Reason required', meaning: 'The call demands a reason.' },
  not_allowed: {
    status: 409,
    title: 'Not allowed now',
    meaning: 'The state or the config of the agent does not allow the command.',
  },
};

const agents: Record<Exclude<AgentFailureCode, DomainErrorCode>, ProblemKind> = {
  agent_exists: {
    status: 409,
    title: 'Agent exists',
    meaning: 'There is an agent of that id already, running or stopped.',
  },
  agent_not_found: { status: 404, title: 'Agent not found', meaning: 'There is no agent of that id.' },
  runbook_not_found: {
    status: 404,
    title: 'Runbook not found',
    meaning: 'There is no such runbook, or version of it.',
  },
  run_not_found: { status: 404, title: 'Run not found', meaning: 'There is no run of that id.' },
  schedule_exists: { status: 409, title: 'Schedule exists', meaning: 'There is a schedule of that id already.' },
  schedule_not_found: { status: 404, title: 'Schedule not found', meaning: 'There is no schedule of that id.' },
  invalid_schedule: {
    status: 422,
    title: 'Invalid schedule',
    meaning: 'The times can not be read, or the time zone is not known; nothing was made.',
  },
  queue_full: {
    status: 429,
    title: 'Too many commands wait',
    meaning: 'None was queued; send them again after `Retry-After` seconds.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning:
      'A server behind this one does not answer. Whether a command was applied is not known; a retry with the same `Idempotency-Key` is harmless.',
  },
};

const edge = {
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    meaning: 'The request is not valid HTTP, or it broke off.',
  },
  malformed_json: { status: 400, title: 'Malformed JSON', meaning: 'The body is not JSON.' },
  invalid_encoding: { status: 400, title: 'Invalid encoding', meaning: 'The body is not UTF-8.' },
  json_too_deep: { status: 400, title: 'JSON too deep', meaning: 'The body is nested deeper than 64 levels.' },
  forbidden_key: { status: 400, title: 'Forbidden key', meaning: 'The body has a key such as `__proto__`.' },
  body_required: { status: 400, title: 'Body required', meaning: 'The call needs a JSON body and got none.' },
  invalid_parameter: {
    status: 400,
    title: 'Invalid parameter',
    meaning: 'A parameter of the path, the query or a header breaks its schema.',
  },
  invalid_cursor: { status: 400, title: 'Invalid cursor', meaning: 'The cursor is none that a list gave out.' },
  invalid_message: {
    status: 400,
    title: 'Invalid message',
    meaning: 'A message sent over the WebSocket is not one of the protocol.',
  },
  no_such_route: { status: 404, title: 'No such route', meaning: 'Nothing is served at this path.' },
  export_too_large: {
    status: 422,
    title: 'Export too large',
    meaning: 'More agents are concerned than one bundle may hold: ask for less.',
  },
  out_of_range: { status: 404, title: 'Out of range', meaning: 'What was asked for lies beyond the last event.' },
  records_expired: {
    status: 410,
    title: 'Records expired',
    meaning:
      'The time to keep those records has passed and they are gone; `detail` says from which event on there are some.',
  },
  hold_not_found: { status: 404, title: 'Hold not found', meaning: 'There is no legal hold of that id.' },
  hold_released: { status: 409, title: 'Hold released', meaning: 'The legal hold was released before.' },
  unknown_retention_class: {
    status: 422,
    title: 'Unknown retention class',
    meaning: 'The setting `RETENTION_CLASSES` names no such class.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method; see `Allow`.',
  },
  checkpoint_not_found: {
    status: 404,
    title: 'Checkpoint not found',
    meaning: 'There is no checkpoint of that number, or it signs no head of that agent.',
  },
  lock_not_found: { status: 404, title: 'Lock not found', meaning: 'Nobody has ever asked for a lock of that key.' },
  verification_not_found: {
    status: 404,
    title: 'Verification not found',
    meaning: 'There is no verification of that id; only the newest 500 are kept.',
  },
  hook_not_found: { status: 404, title: 'Hook not found', meaning: 'There is no hook of that id.' },
  hook_exists: { status: 409, title: 'Hook exists', meaning: 'There is a hook of that id already.' },
  hook_disabled: { status: 409, title: 'Hook disabled', meaning: 'The hook is switched off and starts nothing.' },
  invalid_hook: {
    status: 422,
    title: 'Invalid hook',
    meaning: 'The filter or the template of the input can not be read; nothing was made.',
  },
  invalid_signature: {
    status: 401,
    title: 'Invalid signature',
    meaning: 'There is no hook of that id, or the delivery is not signed as the hook demands.',
  },
  replayed_delivery: {
    status: 409,
    title: 'Replayed delivery',
    meaning: 'A delivery of another id came with this very signature. Sign each delivery by itself.',
  },
  undecodable_payload: {
    status: 422,
    title: 'Undecodable payload',
    meaning: 'A payload was altered, or is encrypted by a key that this server does not have.',
  },
  template_not_found: { status: 404, title: 'Template not found', meaning: 'There is no template of that id.' },
  template_exists: { status: 409, title: 'Template exists', meaning: 'There is a template of that id already.' },
  request_timeout: { status: 408, title: 'Request timeout', meaning: 'The request did not arrive in time.' },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    meaning: 'The body is larger than the call takes: 1 MiB unless it says less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'A body must be `application/json`, UTF-8, not compressed; a runbook may be `application/yaml` too.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'The caller has asked more often than it may; `Retry-After` says when to come back.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    meaning:
      'The caller has as many exports or streams under way as one may have: come again after `Retry-After` seconds.',
  },
  invalid_body: { status: 422, title: 'Invalid body', meaning: 'The body breaks the schema of the call.' },
  key_reused: { status: 422, title: 'Key reused', meaning: 'The `Idempotency-Key` was used for another call before.' },
  key_in_flight: {
    status: 409,
    title: 'Key in flight',
    meaning: 'The first call under this `Idempotency-Key` is under way; ask again after `Retry-After` seconds.',
  },
  answer_not_kept: {
    status: 409,
    title: 'Answer not kept',
    meaning:
      'The call was done under this `Idempotency-Key` before, and its answer can not be repeated; see `Location`.',
  },
  artifact_not_found: {
    status: 404,
    title: 'Artifact not found',
    meaning: 'The run has made no such artifact, or there was no more room for it.',
  },
  upgrade_required: { status: 426, title: 'Upgrade required', meaning: 'This path speaks WebSocket only.' },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    meaning: 'The headers are larger than the server reads.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning: 'A fault of the server; its log has it under the id in `instance`.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode =
  | keyof typeof domain
  | keyof typeof agents
  | keyof typeof accessProblems
  | keyof typeof metricProblems
  | keyof typeof edge;

/** Every problem that the API answers with, by `code`. The only such list. */
export const problems: Readonly<Record<ProblemCode, ProblemKind>> = {
  ...domain,
  ...agents,
  ...accessProblems,
  ...metricProblems,
  ...edge,
};

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(problems, code);
}
