import { heartbeat } from '@temporalio/activity';
import type { Effect } from '../actors/core/effect';
import type { EventRecord } from '../actors/core/event';
import type { AgentHistory, CheckpointStore, Companions, Publisher } from './ports';

export interface CommitInput {
  agentId: string;
  records: EventRecord[];
  /** Sequence of the last record acked before these. */
  before: number;
  /** What to mirror to Redis, or null where it is not due. */
  checkpoint: { sequence: number } | null;
}

/** What an agent's workflow has done outside. */
export interface AgentActivities {
  /** Publishes and mirrors, side by side. Fails softly: says how far it came. */
  commit(input: CommitInput): Promise<{ published: number; checkpointed: boolean }>;
  /**
   * Publishes from the agent's own history what comes after `published`.
   * @returns the sequence of the last record acked, after at most `mostPerDrain` of them
   * @throws where the broker does not take the next one; Temporal tries again for ever
   */
  drain(input: { agentId: string; published: number }): Promise<number>;
  carryOut(effect: Effect): Promise<void>;
}

/** So that a long backlog is written down as progress now and then. */
const mostPerDrain = 2000;

export function agentActivities(ports: {
  publisher: Publisher;
  checkpoints: CheckpointStore;
  history: AgentHistory;
  companions: Companions;
  onCommit: (agentId: string, checkpointed: boolean) => void;
  onError: (error: unknown, what: string) => void;
}): AgentActivities {
  async function checkpointed({ agentId, checkpoint }: CommitInput): Promise<boolean> {
    if (!checkpoint) return false;
    try {
      await ports.checkpoints.put(agentId, checkpoint.sequence, checkpoint);
      return true;
    } catch (error) {
      ports.onError(error, 'checkpoint');
      return false;
    }
  }

  async function published({ records, before }: CommitInput): Promise<number> {
    if (records.length === 0) return before;
    try {
      return await ports.publisher.publish(records, before);
    } catch (error) {
      ports.onError(error, 'publish');
      return before;
    }
  }

  return {
    async commit(input) {
      const [sequence, mirrored] = await Promise.all([published(input), checkpointed(input)]);
      ports.onCommit(input.agentId, mirrored);
      return { published: sequence, checkpointed: mirrored };
    },

    async drain({ agentId, published: before }) {
      let acked = before;
      for await (const records of ports.history.read(agentId, before + 1)) {
        acked = await ports.publisher.publish(records, acked);
        heartbeat(acked);
        const last = records.at(-1)?.sequence ?? acked;
        if (acked < last && acked === before)
          throw new Error(`the broker did not take event ${acked + 1} of ${agentId}`);
        if (acked < last || acked - before >= mostPerDrain) break;
      }
      return acked;
    },

    carryOut: (effect) => ports.companions.carryOut(effect),
  };
}
