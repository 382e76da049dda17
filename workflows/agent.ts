import { condition, setHandler, setWorkflowOptions } from '@temporalio/workflow';
import { checkDispatch } from './agent-batch';
import { AgentShell } from './agent-shell';
import { keepAlarms, keepCheckpointed, keepEffects, keepPublished, quietTask } from './agent-loops';
import { announceBirth } from './announcing';
import { continuation, dispatch, renew, view, type AgentInput, type Dispatch } from './messages';
import { continuationOf, continueOnNewestVersion, onItsVersion } from './versions';

/**
 * One agent, of any kind. Commands come in as Updates; their events go out by the sender's hand, once they are in the
 * history, or by the agent's own where a sender fails; continuing as new is the checkpoint. Ends when the agent was
 * stopped and everything it had to say is said.
 */
export async function agent(input: AgentInput): Promise<void> {
  const shell = AgentShell.open(input);
  setHandler(dispatch, (batch) => shell.dispatch(batch), {
    validator: (batch: Dispatch) => checkDispatch(batch, shell.closing),
  });
  setHandler(view, () => shell.view());
  setHandler(renew, () => shell.renew());
  setHandler(continuation, () => continuationOf({ carried: shell.carry() }));
  if ('creation' in input) await announceBirth(shell);
  await Promise.race([
    keepPublished(shell),
    keepCheckpointed(shell),
    keepEffects(shell),
    keepAlarms(shell),
    condition(() => shell.ended || shell.continueDue),
  ]);
  if (shell.ended) return shell.end();
  await quietTask(shell);
  await continueOnNewestVersion<typeof agent>({ carried: shell.carry() });
}
setWorkflowOptions(onItsVersion, agent);
