import type { CheckpointStore, Publisher } from '../activities/ports';
import { recordsOf } from '../actors/core/command';
import type { Delivered, Dispatched } from '../workflows/messages';

/** How many agents a sender remembers; one that it forgets is merely asked for what it may have delivered before. */
const mostRemembered = 20_000;

/**
 * Delivers what a dispatch made, once it is in the history for good, and remembers how far it came, to tell the agent with
 * the next dispatch. Never throws: what was not delivered, the agent delivers itself.
 */
export class Delivery {
  private readonly done = new Map<string, Delivered>();
  /** Agents whose mirror is behind, as far as this process knows. */
  private readonly dirty = new Set<string>();

  constructor(
    private readonly publisher: Publisher,
    private readonly checkpoints: CheckpointStore,
    private readonly onError: (error: unknown, what: string) => void,
  ) {}

  /** What to tell the agent. */
  of(agentId: string): Delivered {
    return this.done.get(agentId) ?? { published: 0, checkpointed: 0 };
  }

  get dirtyAgents(): string[] {
    return [...this.dirty];
  }

  async deliver(agentId: string, dispatched: Dispatched): Promise<void> {
    const before = this.of(agentId);
    const [published, checkpointed] = await Promise.all([
      this.publish(dispatched, before.published),
      this.checkpoint(agentId, dispatched, before.checkpointed),
    ]);
    this.remember(agentId, { published, checkpointed });
    if (dispatched.dirty && checkpointed === before.checkpointed) this.dirty.add(agentId);
    else this.dirty.delete(agentId);
  }

  private async publish({ unconfirmed, results, draining }: Dispatched, before: number): Promise<number> {
    const fresh = results.flatMap(recordsOf);
    const records = [...unconfirmed, ...fresh];
    const [first] = records;
    if (draining || !first) return before;
    try {
      const published = await this.publisher.publish(records, first.sequence - 1);
      // Nothing of it was acked: then this says nothing of what came before it either.
      return published >= first.sequence ? published : before;
    } catch (error) {
      this.onError(error, 'publish');
      return before;
    }
  }

  private async checkpoint(agentId: string, { checkpoint }: Dispatched, before: number): Promise<number> {
    if (!checkpoint) return before;
    try {
      await this.checkpoints.put(agentId, checkpoint.sequence, checkpoint);
      return checkpoint.sequence;
    } catch (error) {
      this.onError(error, 'checkpoint');
      return before;
    }
  }

  private remember(agentId: string, delivered: Delivered): void {
    this.done.delete(agentId);
    this.done.set(agentId, delivered);
    if (this.done.size <= mostRemembered) return;
    const oldest = this.done.keys().next();
    if (!oldest.done) this.done.delete(oldest.value);
  }
}
