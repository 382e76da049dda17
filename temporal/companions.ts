import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Companions } from '../activities/ports';
import type { Effect } from '../actors/core/effect';
import { configure } from '../workflows/messages';

/** Companion workflows on the same task queue as the agents. */
export class TemporalCompanions implements Companions {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  async carryOut(effect: Effect): Promise<void> {
    const options = { workflowId: effect.id, taskQueue: this.taskQueue, args: [effect.input] };
    switch (effect.type) {
      case 'configure':
        await this.client.workflow.signalWithStart(effect.workflow, {
          ...options,
          signal: configure,
          signalArgs: [effect.input],
        });
        return;
      case 'start':
        try {
          await this.client.workflow.start(effect.workflow, { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        }
    }
  }
}
