import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { Effect } from '../actors/core/effect';
import type { EventRecord } from '../actors/core/event';
import type { Guards, LaunchRequest } from '../actors/core/launch';

/** Where events go. One agent's records are published in order. */
export interface Publisher {
  /**
   * Publishes records of one agent, oldest first, and waits for the acks.
   * @returns the sequence of the last one acked without a gap, or `before` where none was
   */
  publish(records: readonly EventRecord[], before: number): Promise<number>;
}

/** Where checkpoints go. */
export interface CheckpointStore {
  /** Writes unless a later sequence is there already. */
  put(agentId: string, sequence: number, checkpoint: object): Promise<void>;
}

/** An agent's own events, read from its history in Temporal: complete, and there before anything is published. */
export interface AgentHistory {
  /** Records with `from <= sequence <= to`, oldest first, in batches. */
  read(agentId: string, from: number, to?: number): AsyncIterable<EventRecord[]>;
}

/** Sends commands to agents from inside an activity; a retry with the same command ids is harmless. */
export interface CommandSender {
  send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]>;
}

/** Starts and tells companion workflows. */
export interface Companions {
  carryOut(effect: Effect): Promise<void>;
}

/** The locks of real things. */
export interface Targets {
  acquire(request: {
    key: string;
    owner: string;
    slots?: number;
    /** Where it would have to wait, the others are told to end. */
    supersede?: boolean;
    guards?: Guards;
  }): Promise<{
    agent: string;
    status: 'held' | 'queued' | 'vetoed';
    holders: string[];
    veto?: { code: string; reason: string; until?: string };
  }>;
  release(claim: { key: string; owner: string; outcome?: string }): Promise<void>;
}

/** Begins and ends other runs. */
export interface Launches {
  /** The same id begins once. What can't begin is the answer, not an error. */
  launch(request: LaunchRequest): Promise<{ id: string } | { error: { code: string; message: string } }>;
  /** Harmless where it has ended. */
  cancel(runId: string, undo: boolean, commandId: string): Promise<void>;
}

/** Tells the workflow of a run. */
export interface RunSignals {
  delivered(runId: string, published: number): Promise<void>;
}
