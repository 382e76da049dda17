import { heartbeat } from '@temporalio/activity';
import type { Effect } from '../actors/core/effect';
import type { EventRecord } from '../actors/core/event';
import type { AgentHistory, CheckpointStore, Companions, Publisher } from './ports';

/** A state to be mirrored, and its agent. */
export interface CheckpointInput {
  agentId: string;
  checkpoint: { sequence: number };
}

/** What an agent has to say. */
export interface Announcement {
  agentId: string;
  records: EventRecord[];
  published: number;
  checkpoint: CheckpointInput['checkpoint'] | null;
}

/** What an agent's workflow does outside by itself. Most is delivered by senders (`temporal/delivery.ts`). */
export interface AgentActivities {
  /**
   * Publishes records that come after `published`, and mirrors a state beside them, where one is given. Fails softly: says how far it
   * came.
   */
  announce(input: Announcement): Promise<{ published: number; checkpointed: number }>;
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

    async announce({ agentId, records, published: before, checkpoint: state }) {
      const [published, mirrored] = await Promise.all([
        ports.publisher.publish(records, before),
        state === null ? false : checkpoint({ agentId, checkpoint: state }),
      ]);
      return { published, checkpointed: state !== null && mirrored ? state.sequence : 0 };
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
