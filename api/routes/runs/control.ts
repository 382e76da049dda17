import type { Static, TObject } from '@sinclair/typebox';
import { launchMeta, launchReply, newRunId } from '../../launching';
import { Problem } from '../../problem';
import type { ProblemCode } from '../../problems';
import { route, type Route } from '../../route';
import { commandRun } from '../../run-commands';
import { hasEnded, readRun, type Run } from '../../run-reader';
import { writeHeaders } from '../../schemas';
import { commandDone } from '../commands/schema';
import { cancelBody, noteBody, retryBody, runParams, skipBody, stepParams } from './schema';
import { startedResponse } from './start';

const tag = 'runs';
const done = {
  description: 'It is so from now on.',
  schema: commandDone,
  headers: { 'Idempotent-Replayed': '`true` where an earlier try had done it.' },
};
const problems: ProblemCode[] = ['run_not_found', 'run_ended', 'not_allowed', 'queue_full', 'unavailable'];

/** A call that is one command to the run. @param dataOf what of the body is the command's */
function control<B extends TObject>(
  name: string,
  summary: string,
  body: B,
  type: string,
  dataOf: (body: Static<B>) => object = () => ({}),
): Route {
  return route({
    method: 'post',
    path: `/runs/{id}/${name}`,
    operationId: `${name}Run`,
    permission: 'runs:control',
    tag,
    summary,
    params: runParams,
    headers: writeHeaders,
    body,
    responses: { 200: done },
    problems,
    handler({ params: { id }, body: given, headers, principal, deps }) {
      const { reason } = given as { reason?: string };
      const order = { type, data: dataOf(given), ...(reason === undefined ? {} : { reason }) };
      return commandRun(deps, id, order, { principal, headers });
    },
  });
}

const pause = control('pause', 'Begin no further step; what is under way ends', noteBody, 'Pause');
const resume = control('resume', 'Go on after a pause', noteBody, 'Resume');
const cancel = control(
  'cancel',
  'End a run, and with `undo` take back what was done',
  cancelBody,
  'Cancel',
  (body) => ({
    undo: body.undo ?? false,
  }),
);

const retry = route({
  method: 'post',
  path: '/runs/{id}/retry',
  operationId: 'retryRun',
  permission: 'runs:control',
  tag,
  summary: 'Try again what failed',
  description:
    'A run that goes on, with a step that waits for a decision, tries that step again: 200. Of a run that has ended, a new one begins ' +
    'where it failed, without what is done already and without the steps of `skip`: 201.',
  idempotent: true,
  params: runParams,
  headers: writeHeaders,
  body: retryBody,
  responses: { 200: done, 201: startedResponse },
  problems: [...problems, 'runbook_not_found', 'invalid_input', 'key_reused'],
  async handler({ params: { id }, body: { step, skip = [], reason }, headers, principal, deps }) {
    const sender = { principal, headers };
    const run = await readRun(deps, id);
    if (!hasEnded(run)) {
      const data = { step: step ?? blockedStep(run) };
      const order = { type: 'RetryStep', data, ...(reason === undefined ? {} : { reason }) };
      return commandRun(deps, id, order, sender);
    }
    const launched = await deps.launcher.retry(id, {
      id: newRunId(sender, `retry ${id}`),
      ...launchMeta(sender, reason),
      skip: Object.fromEntries(skip.map((each) => [each.step, each.reason])),
    });
    return launchReply(deps, launched, { of: id, startedBy: principal.subject, chosen: false });
  },
});

/** The one step that waits for a decision. @throws Problem `not_allowed` where there is none, or more than one */
function blockedStep({ id, state }: Run): string {
  const blocked = Object.entries(state.steps).filter(([, { status }]) => status === 'blocked');
  const [only] = blocked;
  if (only && blocked.length === 1) return only[0];
  const what = only ? `several steps wait: name one of ${blocked.map(([path]) => path).join(', ')}` : 'no step waits';
  throw new Problem('not_allowed', `run ${id} goes on, and ${what}${only ? '' : ' for a decision'}`);
}

function stepControl(name: 'skip' | 'retry', summary: string, body: typeof skipBody | typeof noteBody): Route {
  return route({
    method: 'post',
    path: `/runs/{id}/steps/{path}/${name}`,
    operationId: `${name}Step`,
    permission: 'runs:control',
    tag,
    summary,
    params: stepParams,
    headers: writeHeaders,
    body,
    responses: { 200: done },
    problems: [...problems, 'reason_required'],
    handler({ params: { id, path }, body: { reason }, headers, principal, deps }) {
      const type = name === 'skip' ? 'SkipStep' : 'RetryStep';
      const order = { type, data: { step: path }, ...(reason === undefined ? {} : { reason }) };
      return commandRun(deps, id, order, { principal, headers });
    },
  });
}

export const controlRoutes: Route[] = [
  pause,
  resume,
  cancel,
  retry,
  stepControl('skip', 'Do without a step', skipBody),
  stepControl('retry', 'Try a step again that failed and waits for a decision', noteBody),
];
