import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { commandMeta, type Sender } from './commands';
import type { Dependencies, Launched } from './dependencies';
import { Problem } from './problem';
import { apiPrefix, type Reply } from './route';
import { presentRun, readRun } from './run-reader';

/**
 * Id of a new run: the same for the same `Idempotency-Key` of the same caller, so that a retry meets what the first try began.
 * @param purpose tells the calls apart that one key may come with
 */
export function newRunId(sender: Sender, purpose: string): string {
  if (sender.headers['idempotency-key'] === undefined) return uuidv7();
  return `run-${createHash('sha256')
    .update(`${purpose}\n${commandMeta(sender).id}`)
    .digest('hex')
    .slice(0, 32)}`;
}

/** What of a call goes into the record of the run that it begins. */
export function launchMeta(sender: Sender, reason: string | undefined) {
  const { principal, traceparent } = commandMeta(sender);
  return {
    principal,
    ...(reason === undefined ? {} : { reason }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/**
 * The answer to what began a run, or found that it had begun.
 * @param expected what a run of that id must be, had this very call begun it
 * @throws Problem `key_reused` | `agent_exists` where it is another one
 */
export async function launchReply(
  deps: Dependencies,
  { id, created }: Launched,
  expected: { runbook?: string; of?: string; startedBy: string; chosen: boolean },
): Promise<Reply> {
  const run = await readRun(deps, id);
  const { config } = run;
  const same =
    config.startedBy === expected.startedBy &&
    (expected.runbook === undefined || config.runbook.name === expected.runbook) &&
    config.lineage?.of === expected.of;
  if (!created && !same) {
    throw expected.chosen ? new Problem('agent_exists', `there is a run ${id} already`) : new Problem('key_reused');
  }
  return {
    status: 201,
    body: presentRun(run),
    headers: { Location: `${apiPrefix}/runs/${id}`, ...(created ? {} : { 'Idempotent-Replayed': 'true' }) },
  };
}
