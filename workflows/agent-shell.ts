import { workflowInfo } from '@temporalio/workflow';
import { applyCommand, createAgent, type Applied } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { BaseConfig } from '../actors/core/base-config';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import { DedupeWindow } from '../actors/core/dedupe-window';
import type { Effect } from '../actors/core/effect';
import { isDomainError } from '../actors/core/errors';
import type { EventRecord } from '../actors/core/event';
import type { AnyKind } from '../actors/core/kind';
import { lifecycleEvents } from '../actors/core/lifecycle';
import { kindNamed } from '../actors/registry';
import type { AgentCarry, AgentInput, AgentView, Checkpoint, CheckpointMark } from './messages';

/** After how many tasks with commands a run ends: recovery costs some 6 ms for each task of the current run. */
const tasksPerRun = 25;
/** How many unpublished records are kept at hand while JetStream is away; older ones are read back from the history. */
const mostPending = 1000;
/** How long a checkpoint that failed is put off. */
const checkpointRetryMs = 5000;

/** What the workflow of an agent holds, and the rules of when what is due. Loops in `agent-loops.ts` act on it. */
export class AgentShell {
  /** Records that JetStream has not acked yet, the newest `mostPending` of them. */
  pending: EventRecord[] = [];
  /** The fast path failed: a regular activity publishes from the history until it has caught up. */
  draining = false;
  checkpointWanted = false;
  private checkpointNotBefore = 0;
  private tasks = 0;
  private lastUpdateAt = -1;

  private constructor(
    private readonly kind: AnyKind,
    private agent: AgentState,
    public published: number,
    private readonly window: DedupeWindow,
    public effects: Effect[],
    public checkpoint: CheckpointMark,
  ) {}

  static open(input: AgentInput): AgentShell {
    if ('creation' in input) {
      const kind = kindNamed(input.creation.kind);
      // The start time is in the history, so that the first record can be made again from it (temporal/agent-history.ts).
      const born = createAgent(kind, input.creation, workflowInfo().startTime.toISOString());
      const shell = new AgentShell(kind, born.agent, 0, new DedupeWindow(), [], { sequence: 0, at: 0 });
      shell.take(born, input.creation.command.id);
      return shell;
    }
    const { agent, published, window, effects, checkpoint } = input.carried;
    const shell = new AgentShell(
      kindNamed(agent.kind),
      agent,
      published,
      new DedupeWindow(window),
      effects,
      checkpoint,
    );
    shell.draining = published < agent.sequence;
    return shell;
  }

  /** Applies each command alone; one that is refused changes nothing. */
  dispatch(batch: CommandEnvelope[]): CommandResult<EventRecord>[] {
    if (!this.handledUpdateInThisTask) this.tasks += 1;
    this.lastUpdateAt = workflowInfo().historyLength;
    const time = new Date().toISOString();
    return batch.map((command) => this.one(command, time));
  }

  private one(command: CommandEnvelope, time: string): CommandResult<EventRecord> {
    const commandId = command.id;
    const seen = this.window.find(commandId);
    if (seen) return { status: 'duplicate', commandId, from: seen[0], to: seen[1] };
    try {
      const applied = applyCommand(this.kind, this.agent, command, time);
      this.take(applied, commandId);
      return { status: 'accepted', commandId, sequence: this.agent.sequence, events: applied.records };
    } catch (error) {
      if (isDomainError(error)) {
        return { status: 'rejected', commandId, code: error.code, message: error.message, fields: error.fields };
      }
      // Thrown on, it would fail the task, and be tried for ever: one bad command would end the agent.
      const message = `deciding on ${command.type} failed: ${String(error)}`;
      return { status: 'rejected', commandId, code: 'decision_failed', message, fields: [] };
    }
  }

  private take({ agent, records, effects }: Applied, commandId: string): void {
    this.agent = agent;
    this.window.remember(commandId, [agent.sequence - records.length + 1, agent.sequence]);
    this.pending.push(...records);
    if (this.draining && this.pending.length > mostPending) this.pending.splice(0, this.pending.length - mostPending);
    this.effects.push(...effects);
    if (records.some(({ type }) => type.slice(type.lastIndexOf('.') + 1) in lifecycleEvents))
      this.checkpointWanted = true;
  }

  /** Records what was acked; nothing is dropped before. */
  acked(sequence: number): void {
    this.published = Math.max(this.published, sequence);
    const first = this.pending.findIndex((record) => record.sequence > this.published);
    this.pending = first === -1 ? [] : this.pending.slice(first);
  }

  /** Whether what is at hand reaches back to what was acked, so that the fast path can go on. */
  get caughtUp(): boolean {
    return this.published === this.agent.sequence || this.pending[0]?.sequence === this.published + 1;
  }

  get id(): string {
    return this.agent.id;
  }

  get dirty(): boolean {
    return this.checkpoint.sequence < this.agent.sequence;
  }

  /** Epoch ms at which a changed state is to be mirrored. */
  get checkpointDueAt(): number {
    const { checkpoint_interval } = this.agent.config as BaseConfig;
    const wanted = this.checkpointWanted ? 0 : this.checkpoint.at + checkpoint_interval * 1000;
    return Math.max(wanted, this.checkpointNotBefore);
  }

  get checkpointDue(): boolean {
    return this.dirty && this.checkpointDueAt <= Date.now();
  }

  checkpointed(sequence: number, ok: boolean): void {
    if (!ok) {
      this.checkpointNotBefore = Date.now() + checkpointRetryMs;
      return;
    }
    this.checkpoint = { sequence, at: Date.now() };
    this.checkpointWanted &&= this.dirty;
  }

  get ended(): boolean {
    const said = this.published === this.agent.sequence && this.effects.length === 0 && !this.dirty;
    return this.agent.status === 'stopped' && said;
  }

  /** While draining, only what the engine demands ends a run: it would end the drain with it. */
  get continueDue(): boolean {
    return workflowInfo().continueAsNewSuggested || (this.tasks >= tasksPerRun && !this.draining);
  }

  get handledUpdateInThisTask(): boolean {
    return this.lastUpdateAt === workflowInfo().historyLength;
  }

  view(): AgentView {
    return {
      ...this.agent,
      published: this.published,
      checkpoint: this.checkpoint,
      runId: workflowInfo().runId,
    };
  }

  carry(): AgentCarry {
    const { agent, published, effects, checkpoint } = this;
    return { agent, published, effects, checkpoint, window: this.window.carry() };
  }

  snapshot(): Checkpoint {
    const { id, kind, name, status, state, config, configVersion, sequence, hash } = this.agent;
    return {
      agent_id: id,
      kind,
      name,
      status,
      state,
      config,
      config_version: configVersion,
      sequence,
      hash,
      checkpoint_time: new Date().toISOString(),
      custom_state: this.kind.checkpoint?.(state) ?? {},
      run_id: workflowInfo().runId,
    };
  }
}
