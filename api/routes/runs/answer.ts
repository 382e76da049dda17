import { route } from '../../route';
import { commandRun } from '../../run-commands';
import { writeHeaders } from '../../schemas';
import { commandDone } from '../commands/schema';
import { answerBody, stepParams } from './schema';

export const answer = route({
  method: 'post',
  path: '/runs/{id}/approvals/{path}',
  operationId: 'answerApproval',
  permission: 'approvals:answer',
  tag: 'approvals',
  summary: 'Agree to what a step would do, or refuse it',
  description:
    'To agree names the plan by its hash: where the plan is another one by now, nothing is agreed to. Whoever asked for the run can not ' +
    'agree, and one person counts once. Each refused answer is on record too.',
  params: stepParams,
  headers: writeHeaders,
  body: answerBody,
  responses: {
    200: {
      description: 'It is on record.',
      schema: commandDone,
      headers: { 'Idempotent-Replayed': '`true` where an earlier try had done it.' },
    },
  },
  problems: [
    'run_not_found',
    'run_ended',
    'approval_not_pending',
    'approval_expired',
    'plan_changed',
    'self_approval',
    'role_missing',
    'already_answered',
    'reason_required',
    'queue_full',
    'unavailable',
  ],
  async handler({ params: { id, path }, body, headers, principal, deps }) {
    const { planHash, reason } = body;
    const why = reason === undefined ? {} : { reason };
    const order =
      body.answer === 'approve'
        ? { type: 'Approve', data: { step: path, planHash }, ...why }
        : { type: 'Deny', data: { step: path }, ...why };
    return commandRun(deps, id, order, { principal, headers });
  },
});
