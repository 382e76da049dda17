import { defineQuery, defineSignal, defineUpdate, type Sinks } from '@temporalio/workflow';
import type { AgentState } from '../actors/core/agent-state';
import type { Creation } from '../actors/core/agent';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { CarriedWindow, ListedWindow } from '../actors/core/dedupe-window';
import type { Effect } from '../actors/core/effect';
import type { EventRecord } from '../actors/core/event';

/** Names and shapes of all that crosses between workflows and those who talk to them. */

/** What an agent's workflow starts with: at its birth, or as its former run left it. */
export type AgentInput = { creation: Creation } | { carried: AgentCarry };

/** All that an agent takes from one run to the next. */
export interface AgentCarry {
  agent: AgentState;
  /** Sequence of the last event that JetStream acked. What comes after it is read from the agent's own history. */
  published: number;
  window: CarriedWindow | ListedWindow;
  effects: Effect[];
  checkpoint: CheckpointMark;
  /** Records of a run that nobody has confirmed: those that its history does not hold yet are here. */
  pending?: EventRecord[];
  /** Of a run: the trace of whoever launched it. */
  traceparent?: string;
  /** Steps of a run that were under way when it was backed up: whether they were done is looked up before they are done. */
  unsure?: string[];
  /** Where it was made again out of a backup; only in the first run after that. */
  restored?: Restored;
}

/** What a workflow is told that is made again out of a backup. */
export interface Restored {
  /** The run that it goes on from, as the backup has it; null where none is known. */
  from: string | null;
}

/** Which sequence the mirror in Redis holds, and since when (epoch ms). */
export interface CheckpointMark {
  sequence: number;
  at: number;
}

/** An agent as it stands. */
export interface AgentView extends AgentState {
  published: number;
  checkpoint: CheckpointMark;
  runId: string;
}

/** The mirror of an agent in Redis, `agent:checkpoint:{id}`. */
export interface Checkpoint {
  agent_id: string;
  kind: string;
  name: string;
  status: 'running' | 'stopped';
  state: unknown;
  config: unknown;
  config_version: number;
  sequence: number;
  hash: string;
  checkpoint_time: string;
  custom_state: unknown;
  run_id: string;
}

/** What a mirror has of its agent. */
export function mirroredAgent({
  agent_id,
  config_version,
  kind,
  name,
  status,
  state,
  config,
  sequence,
  hash,
}: Checkpoint): Pick<
  AgentState,
  'id' | 'kind' | 'name' | 'status' | 'state' | 'config' | 'configVersion' | 'sequence' | 'hash'
> {
  return { id: agent_id, kind, name, status, state, config, configVersion: config_version, sequence, hash };
}

/** How far a sender has delivered what an agent gave it: sequences of the last event acked and of the state mirrored. */
export interface Delivered {
  published: number;
  checkpointed: number;
}

export interface Dispatch {
  commands: CommandEnvelope[];
  delivered: Delivered;
  /** Hand out the checkpoint even where it is not due yet. */
  checkpointNow?: boolean;
}

/** What a dispatch did, and what its sender has to deliver now that it is in the history for good. */
export interface Dispatched {
  results: CommandResult<EventRecord>[];
  /** Events before these whose delivery nobody has confirmed: they go out first. */
  unconfirmed: EventRecord[];
  /** The agent publishes by itself for now: the sender must not, or the order would suffer. */
  draining: boolean;
  /** To be mirrored to Redis, where that is due. */
  checkpoint: Checkpoint | null;
  /** Whether the state has changed since it was last mirrored. */
  dirty: boolean;
}

/** A batch of commands for one agent; the results come in the same order. */
export const dispatch = defineUpdate<Dispatched, [Dispatch]>('dispatch');

export const view = defineQuery<AgentView>('view');

/** What a workflow would go on with in a new run now: by it, it is made again elsewhere. */
export interface Continuation<Input = unknown> {
  input: Input;
  /** Length of its history in the task that came last. */
  historyLength: number;
}

export const continuation = defineQuery<Continuation>('continuation');

/** Tells a companion what it should be doing from now on. */
export const configure = defineSignal<[unknown]>('configure');

/** Has an agent go on in a new run, and so on the workers that take new runs now; for one that is idle nothing else would. */
export const renew = defineSignal('renew');

/** Tells a run how far its records are published, while the activity that published them goes on. */
export const delivered = defineSignal<[number]>('delivered');

/** Temporal's id of an agent's workflow. */
export function agentWorkflowId(agentId: string): string {
  return `agent:${agentId}`;
}

/** The agent whose workflow has that id, or null where it is no agent's. */
export function agentIdOf(workflowId: string): string | null {
  return workflowId.startsWith('agent:') ? workflowId.slice('agent:'.length) : null;
}

/** What a workflow says of what it records when an auditor has its history replayed; never at another time. */
export interface EvidenceSinks extends Sinks {
  evidence: {
    /** Records as they are made. */
    recorded(marks: RecordMark[]): void;
    /** The agent as it stands when its workflow ends: SHA-256 of its canonical JSON. */
    ended(hash: string): void;
  };
}

/** What a workflow says of commands that belong to a trace. */
export interface TracingSinks extends Sinks {
  tracing: {
    decided(decision: {
      agentId: string;
      commandId: string;
      type: string;
      traceparent: string;
      outcome: string;
      events: number;
    }): void;
  };
}

export interface RecordMark {
  sequence: number;
  type: string;
  hash: string;
}

/** What the task queue of a replay for an auditor is called by: workflows know by it that they are heard. */
export const evidenceReplay = 'evidence-replay';

/** What the keeper of evidence does for a verification; all of it can be tried again. */
export interface VerificationActivities {
  /** Verifies the agents of a verification one after the other. @param id of the verification */
  verifyAgents(id: string): Promise<void>;
  endVerification(end: { id: string; state: 'done' | 'cancelled' | 'failed'; error: string | null }): Promise<void>;
}

/** The task queue of the keeper of evidence. */
export function evidenceQueue(taskQueue: string): string {
  return `${taskQueue}-evidence`;
}

/** Temporal's id of the workflow of a verification. */
export function verificationWorkflowId(id: string): string {
  return `verification:${id}`;
}
