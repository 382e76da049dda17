import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Companions, Launches } from '../activities/ports';
import { systemPrincipalPrefix } from '../actors/core/command';
import { isGone } from '../actors/core/errors';
import type { Effect } from '../actors/core/effect';
import type { LaunchRequest } from '../actors/core/launch';
import { agentWorkflowId, configure } from '../workflows/messages';
import type { TemporalAgents } from './agents';

const principal = `${systemPrincipalPrefix}agent`;

/** What agents want done outside: companion workflows on the same task queue, runs, and words to other agents. */
export class TemporalCompanions implements Companions {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly agents: Pick<TemporalAgents, 'send'>,
    private readonly launches: Launches,
  ) {}

  async carryOut(effect: Effect): Promise<void> {
    switch (effect.type) {
      case 'configure':
        await this.client.workflow.signalWithStart(effect.workflow, {
          ...this.options(effect),
          signal: configure,
          signalArgs: [effect.input],
        });
        return;
      case 'start':
        return this.start(effect);
      case 'launch':
        return this.launch(effect.request);
      case 'tell':
        return this.tell(effect.agent, effect.command);
      case 'inquire':
        return this.tell(effect.about, {
          id: effect.id,
          type: 'ReportOwner',
          data: { owner: effect.agent, alive: await this.lives(effect.agent) },
        });
    }
  }

  private options({ id, input }: { id: string; input: unknown }) {
    return { workflowId: id, taskQueue: this.taskQueue, args: [input] };
  }

  private async start(effect: Extract<Effect, { type: 'start' }>): Promise<void> {
    try {
      await this.client.workflow.start(effect.workflow, {
        ...this.options(effect),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** An agent hears of a run that could not begin as of one that has failed. */
  private async launch(request: LaunchRequest): Promise<void> {
    const launched = await this.launches.launch(request);
    const { agent, target, issue } = request.trigger;
    if (!('error' in launched) || agent === undefined) return;
    const data = { target, issue, run: request.id, outcome: 'failed', durationMs: 0, error: launched.error.message };
    await this.tell(agent, { id: `${request.id}:ended`, type: 'ReportRun', data });
  }

  private async tell(agent: string, command: { id: string; type: string; data: object }): Promise<void> {
    try {
      await this.agents.send(agent, [{ ...command, principal }]);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  private async lives(agent: string): Promise<boolean> {
    try {
      const { status } = await this.client.workflow.getHandle(agentWorkflowId(agent)).describe();
      return status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}
