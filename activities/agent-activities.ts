import { heartbeat } from '@temporalio/activity';
import type { Effect } from '../actors/core/effect';
import type { EventRecord } from '../actors/core/event';
import type { AgentHistory, CheckpointStore, Companions, Publisher } from './ports';

/** A state to be mirrored, and its agent. */
export interface CheckpointInput {
  agentId: string;
  checkpoint: { sequence: number };
}

/** What an agent's workflow does outside by itself. Most is delivered by senders (`temporal/delivery.ts`). */
export interface AgentActivities {
  /** Publishes and mirrors what a new agent begins with. Fails softly: says how far it came. */
  announce(input: CheckpointInput & { records: EventRecord[] }): Promise<{ published: number; checkpointed: number }>;
  /**
   * Publishes from the agent's own history what comes after `published`.
   * @returns the sequence of the last record acked, after some `mostPerDrain` of them at most
   * @throws where the broker does not take the next one; Temporal tries again for ever
   */
  drain(input: { agentId: string; published: number }): Promise<number>;
  /** @returns whether the state was mirrored */
  checkpoint(input: CheckpointInput): Promise<boolean>;
  carryOut(effect: Effect): Promise<void>;
}

/** So that a long backlog is written down as progress now and then. */
const mostPerDrain = 2000;

export function agentActivities(ports: {
  publisher: Publisher;
  checkpoints: CheckpointStore;
  history: AgentHistory;
  companions: Companions;
  onError: (error: unknown, what: string) => void;
}): AgentActivities {
  async function checkpoint({ agentId, checkpoint: state }: CheckpointInput): Promise<boolean> {
    try {
      await ports.checkpoints.put(agentId, state.sequence, state);
      return true;
    } catch (error) {
      ports.onError(error, 'checkpoint');
      return false;
    }
  }

  return {
    checkpoint,

    async announce({ records, ...input }) {
      const [published, mirrored] = await Promise.all([ports.publisher.publish(records, 0), checkpoint(input)]);
      return { published, checkpointed: mirrored ? input.checkpoint.sequence : 0 };
    },

    async drain({ agentId, published: before }) {
      let acked = before;
      for await (const records of ports.history.read(agentId, before + 1)) {
        acked = await ports.publisher.publish(records, acked);
        heartbeat(acked);
        const last = records.at(-1)?.sequence ?? acked;
        if (acked === before) throw new Error(`the broker did not take event ${before + 1} of ${agentId}`);
        if (acked < last || acked - before >= mostPerDrain) break;
      }
      return acked;
    },

    carryOut: (effect) => ports.companions.carryOut(effect),
  };
}
