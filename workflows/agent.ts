import { allHandlersFinished, condition, continueAsNew, setHandler, sleep } from '@temporalio/workflow';
import { checkBatch } from './agent-batch';
import { AgentShell } from './agent-shell';
import { keepCheckpoint, keepCommitting, keepDraining, keepEffects } from './agent-loops';
import { checkpointNow, dispatch, view, type AgentInput } from './messages';

/**
 * One agent, of any kind. Commands come in as Updates, events go out through the outbox, and continuing as new is the
 * checkpoint. Ends when the agent was stopped and everything it had to say is said.
 */
export async function agent(input: AgentInput): Promise<void> {
  const shell = AgentShell.open(input);
  setHandler(dispatch, (batch) => shell.dispatch(batch), { validator: checkBatch });
  setHandler(view, () => shell.view());
  setHandler(checkpointNow, async () => {
    shell.checkpointWanted = true;
    await condition(() => !shell.dirty, '3s');
    return shell.checkpoint.sequence;
  });
  await Promise.race([
    keepCommitting(shell),
    keepCheckpoint(shell),
    keepDraining(shell),
    keepEffects(shell),
    condition(() => shell.ended || shell.continueDue),
  ]);
  if (shell.ended) return;
  // An Update that completes in the task that continues as new may be applied again by the server: wait for a quiet task.
  while (shell.handledUpdateInThisTask || !allHandlersFinished()) await sleep(1);
  await continueAsNew<typeof agent>({ carried: shell.carry() });
}
