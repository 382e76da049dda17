import { workflowInfo } from '@temporalio/workflow';
import type { AgentState } from '../actors/core/agent-state';
import type { AnyKind } from '../actors/core/kind';
import type { Checkpoint, CheckpointMark } from './messages';

/** The state of an agent as it is mirrored, now. */
export function checkpointOf(kind: AnyKind, agent: AgentState): Checkpoint {
  const { id, name, status, state, config, configVersion, sequence, hash } = agent;
  return {
    agent_id: id,
    kind: agent.kind,
    name,
    status,
    state,
    config,
    config_version: configVersion,
    sequence,
    hash,
    checkpoint_time: new Date().toISOString(),
    custom_state: kind.checkpoint?.(state) ?? {},
    run_id: workflowInfo().runId,
  };
}

/** When an agent's state is to be mirrored. Times are epoch ms. */
export class CheckpointDue {
  private wanted = false;
  /** The state that a sender was last given to mirror. */
  private offered: CheckpointMark = { sequence: 0, at: 0 };
  private notBefore = 0;

  /**
   * @param done the state that is mirrored
   * @param graceMs how long a sender has to mirror what it was given, before the agent does it itself
   */
  constructor(
    public done: CheckpointMark,
    private readonly graceMs: number,
  ) {}

  /** Now, whatever the interval is. */
  want(): void {
    this.wanted = true;
  }

  isDirty(sequence: number): boolean {
    return this.done.sequence < sequence;
  }

  /** Takes note of what was mirrored, of an agent that is at `sequence`. */
  mirrored(checkpointed: number, sequence: number): void {
    if (checkpointed <= this.done.sequence) return;
    this.done = { sequence: Math.min(checkpointed, sequence), at: Date.now() };
    this.wanted &&= this.isDirty(sequence);
  }

  private dueAt(intervalMs: number): number {
    return this.wanted ? 0 : this.done.at + intervalMs;
  }

  /** When the agent mirrors a changed state by itself: when it is due, or a sender has had its time for it. */
  fallbackAt(intervalMs: number, stopped: boolean): number {
    if (stopped) return this.notBefore;
    const offered = this.offered.sequence > this.done.sequence ? this.offered.at + this.graceMs : 0;
    return Math.max(this.dueAt(intervalMs), offered, this.notBefore);
  }

  /** After a failure: tried again later, for as long as it takes; it never stops the agent. */
  postpone(): void {
    this.notBefore = Date.now() + this.graceMs;
  }

  /** Whether a sender is to be given the state at `sequence` now; it has its time for it then. */
  offer(sequence: number, intervalMs: number): boolean {
    if (!this.isDirty(sequence) || this.dueAt(intervalMs) > Date.now()) return false;
    this.offered = { sequence, at: Date.now() };
    return true;
  }
}
