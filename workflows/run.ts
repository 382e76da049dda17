import { condition, setHandler, setWorkflowOptions } from '@temporalio/workflow';
import { checkDispatch } from './agent-batch';
import { keepCheckpointed, keepEffects, quietTask } from './agent-loops';
import { AgentShell } from './agent-shell';
import { continuation, delivered, dispatch, renew, view, type AgentInput, type Dispatch } from './messages';
import { conduct } from './run-conduct';
import { RunHost } from './run-host';
import { continuationOf, continueOnNewestVersion, onItsVersion } from './versions';

/** For how long a run that ended over an approval that nobody gave still hears answers to it. */
const lateAnswersMs = 3_600_000;

/**
 * One run of a runbook: an agent of kind `run` that does something by itself. Its history is cut whenever it has become long and
 * nothing is under way; it goes on from its state then.
 */
export async function run(input: AgentInput): Promise<void> {
  const shell = AgentShell.open(input);
  const traceparent = 'creation' in input ? input.creation.command.traceparent : input.carried.traceparent;
  const host = new RunHost(shell, traceparent);
  setHandler(dispatch, (batch) => shell.dispatch(batch), {
    validator: (batch: Dispatch) => checkDispatch(batch, shell.closing),
  });
  setHandler(view, () => shell.view());
  setHandler(renew, () => shell.renew());
  setHandler(continuation, () => continuationOf({ carried: { ...shell.carry(), ...host.trace } }));
  setHandler(delivered, (published) => host.delivered(published));
  if ('carried' in input && input.carried.restored) waitForPeople(host);
  const ended = host.state.phase === 'ended' ? Promise.resolve() : conduct(host);
  const over = await Promise.race([
    ended.then(() => lastWords(host)).then(() => true),
    host.keepPublished(),
    keepCheckpointed(shell),
    keepEffects(shell),
    condition(() => host.continueDue && host.active === 0 && !host.backlogged && host.state.phase !== 'ended').then(
      () => false,
    ),
  ]);
  if (over) return shell.end();
  await quietTask(shell);
  await continueOnNewestVersion<typeof run>({ carried: { ...shell.carry(), ...host.trace } });
}
setWorkflowOptions(onItsVersion, run);

/** What has become of the world since the backup only people know: they resume the run, or cancel it. */
function waitForPeople(host: RunHost): void {
  if (host.state.phase === 'ended' || host.state.pausedBy !== null) return;
  host.record({ type: 'RunPaused', data: { by: 'system:restore' } });
}

/** Until all is said; and where an approval was not given in time, long enough for a late answer to be refused on record. */
async function lastWords(host: RunHost): Promise<void> {
  const expired = Object.values(host.state.approvals).some(({ status, expiresAt, given, count }) => {
    return status === 'denied' && given.length < count && Date.parse(expiresAt) <= Date.now();
  });
  const rest = Date.parse(host.state.endedAt ?? '') + lateAnswersMs - Date.now();
  if (expired && rest > 0) await condition(() => false, rest);
  await condition(() => host.said);
}
