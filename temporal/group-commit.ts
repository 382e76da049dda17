import { setImmediate } from 'node:timers/promises';
import type { CommandEnvelope } from '../actors/core/command';
import { AgentFailure } from './failures';

export interface GroupLimits {
  /** Commands that one Update carries at most, and their size as JSON. */
  batchCount: number;
  batchBytes: number;
  /** What may wait for one agent. Beyond it a sender is told to come back. */
  queueCount: number;
  queueBytes: number;
}

export const defaultGroupLimits: GroupLimits = {
  batchCount: 256,
  batchBytes: 512 * 1024,
  queueCount: 2048,
  queueBytes: 8 * 1024 * 1024,
};

interface Waiting<R> {
  command: CommandEnvelope;
  bytes: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

interface Lane<R> {
  waiting: Waiting<R>[];
  bytes: number;
}

/**
 * Group commit: one batch per agent is under way, and what comes meanwhile goes with the next one. Temporal's price is
 * per task, not per command, so a busy agent gets faster the more is asked of it.
 */
export class GroupCommit<R> {
  private readonly lanes = new Map<string, Lane<R>>();

  /** @param sendBatch sends one batch; its results are in the order of the commands */
  constructor(
    private readonly sendBatch: (agentId: string, batch: CommandEnvelope[]) => Promise<R[]>,
    private readonly limits: GroupLimits = defaultGroupLimits,
  ) {}

  /**
   * Queues commands, in order, and waits for the result of each.
   * @throws AgentFailure `queue_full`: none of them was queued; or what the batch failed with
   */
  async send(agentId: string, commands: CommandEnvelope[]): Promise<R[]> {
    const sizes = commands.map((command) => Buffer.byteLength(JSON.stringify(command)));
    const lane = this.lanes.get(agentId);
    const count = (lane?.waiting.length ?? 0) + commands.length;
    const bytes = (lane?.bytes ?? 0) + sizes.reduce((sum, size) => sum + size, 0);
    if (count > this.limits.queueCount || bytes > this.limits.queueBytes) {
      throw new AgentFailure('queue_full', `too many commands wait for agent ${agentId}`, 1);
    }
    const own = lane ?? this.openLane(agentId);
    own.bytes = bytes;
    const results = commands.map(
      (command, index) =>
        new Promise<R>((resolve, reject) => own.waiting.push({ command, bytes: sizes[index] ?? 0, resolve, reject })),
    );
    if (!lane) void this.drive(agentId, own);
    return Promise.all(results);
  }

  /** Commands that wait, over all agents. */
  get depth(): number {
    let depth = 0;
    for (const { waiting } of this.lanes.values()) depth += waiting.length;
    return depth;
  }

  private openLane(agentId: string): Lane<R> {
    const lane: Lane<R> = { waiting: [], bytes: 0 };
    this.lanes.set(agentId, lane);
    return lane;
  }

  private async drive(agentId: string, lane: Lane<R>): Promise<void> {
    while (lane.waiting.length > 0) {
      const batch = this.take(lane);
      try {
        const results = await this.sendBatch(
          agentId,
          batch.map(({ command }) => command),
        );
        batch.forEach(({ resolve }, index) => resolve(results[index] as R));
        // Lets those who were just answered queue their next command, so that it goes with this batch and not one behind.
        await setImmediate();
      } catch (error) {
        for (const { reject } of batch) reject(error);
        if (error instanceof AgentFailure && error.code === 'unavailable') this.refuseRest(lane, error);
      }
    }
    this.lanes.delete(agentId);
  }

  /** What came behind a batch that was tried for so long would otherwise wait as long again. None of it was sent. */
  private refuseRest(lane: Lane<R>, error: AgentFailure): void {
    lane.bytes = 0;
    for (const { reject } of lane.waiting.splice(0)) reject(error);
  }

  private take(lane: Lane<R>): Waiting<R>[] {
    let count = 0;
    let bytes = 0;
    for (const next of lane.waiting) {
      if (count === this.limits.batchCount || (count > 0 && bytes + next.bytes > this.limits.batchBytes)) break;
      count += 1;
      bytes += next.bytes;
    }
    lane.bytes -= bytes;
    return lane.waiting.splice(0, count);
  }
}
