import type { Launches } from '../activities/ports';
import { isDomainError, isGone } from '../actors/core/errors';
import type { TemporalAgents } from './agents';
import { AgentFailure } from './failures';
import type { Launcher } from './launcher';

/** The launcher as activities have it: what can never begin is an answer, and not tried again. */
export function launchesOf(launcher: Pick<Launcher, 'launch'>, agents: Pick<TemporalAgents, 'send'>): Launches {
  return {
    async launch(request) {
      try {
        return { id: (await launcher.launch(request)).id };
      } catch (error) {
        const final = isDomainError(error) || (error instanceof AgentFailure && error.code === 'runbook_not_found');
        if (!final) throw error;
        return { error: { code: error.code, message: error.message } };
      }
    },

    async cancel(runId, undo, commandId) {
      try {
        await agents.send(runId, [{ id: commandId, type: 'Cancel', data: { undo }, principal: 'system:run' }]);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
