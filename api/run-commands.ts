import { replayHeader, sendCommand, type Order, type Sender } from './commands';
import type { Dependencies } from './dependencies';
import { Problem, problemOf } from './problem';
import type { Reply } from './route';
import { noRun, readRun } from './run-reader';

/**
 * Sends a run a command.
 * @throws Problem of the refusal; `run_ended` also where its workflow takes no more commands
 */
export async function commandRun(deps: Dependencies, id: string, order: Order, sender: Sender): Promise<Reply> {
  try {
    const outcome = await sendCommand(deps, id, order, sender);
    return { body: outcome, headers: replayHeader([outcome]) };
  } catch (error) {
    const { code } = problemOf(error);
    if (code === 'unknown_command') throw noRun(id);
    // Temporal forgets a run some time after it has ended; the read side does not.
    if (code === 'agent_not_found') await readRun(deps, id);
    else if (code !== 'agent_stopped') throw error;
    throw new Problem('run_ended', `run ${id} has ended`);
  }
}
