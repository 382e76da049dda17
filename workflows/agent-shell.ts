import { workflowInfo } from '@temporalio/workflow';
import { applyCommand, createAgent, recordEvents, type Applied } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { BaseConfig } from '../actors/core/base-config';
import { systemPrincipalPrefix, type CommandEnvelope, type CommandResult } from '../actors/core/command';
import { DedupeWindow } from '../actors/core/dedupe-window';
import type { Effect } from '../actors/core/effect';
import { isDomainError, type DomainError } from '../actors/core/errors';
import { eventName, type DomainEvent, type EventRecord } from '../actors/core/event';
import type { AnyKind } from '../actors/core/kind';
import { fitting, sizeOfFixed } from '../actors/core/json-size';
import { lifecycleEvents } from '../actors/core/lifecycle';
import { mostRecordsBytes } from '../actors/core/limits';
import { StateRoom } from '../actors/core/state-room';
import { kindNamed } from '../actors/registry';
import { logDecision, logLifecycle, type Logging } from './agent-log';
import { CheckpointDue, checkpointOf } from './agent-checkpoints';
import { handOut, handOutEnd } from './evidence';
import type {
  AgentCarry,
  AgentInput,
  AgentView,
  Checkpoint,
  CheckpointMark,
  Delivered,
  Dispatch,
  Dispatched,
} from './messages';

/** After how many tasks with commands a run ends: recovery costs some 3 ms for each task of the current run. */
const tasksPerRun = 40;
/** The same of commands: a replay must be done well within the time that a task has. */
const commandsPerRun = 1000;
/** How many unconfirmed records are kept at hand; beyond that the agent publishes from its history. */
const mostPending = 512;
/** How long a sender has to deliver and say so, before the agent does it itself. */
const deliveryGraceMs = 5000;

/** What the workflow of an agent holds, and the rules of when what is due. Loops in `agent-loops.ts` act on it. */
export class AgentShell {
  /** Records whose publishing nobody has confirmed yet, without a gap up to the last one. */
  pending: EventRecord[] = [];
  /** Paths of a run's steps of which nobody knows whether they were done (see `AgentCarry`). */
  readonly unsure = new Set<string>();
  /** The agent publishes by itself, from its history, until it has caught up. */
  draining = false;
  /** Since when something is unconfirmed, epoch ms. */
  private unconfirmedSince: number | null = null;
  private readonly checkpoints: CheckpointDue;
  private readonly room: StateRoom;
  private tasks = 0;
  private commands = 0;
  private lastUpdateAt = -1;
  /** It is to go on in a new run for the sake of the code that runs it. */
  renewing = false;
  /** It is about to end this run, and takes nothing more in it. */
  closing = false;

  private constructor(
    private readonly kind: AnyKind,
    private agent: AgentState,
    public published: number,
    private readonly window: DedupeWindow,
    public effects: Effect[],
    checkpoint: CheckpointMark,
  ) {
    this.room = new StateRoom(agent.state);
    this.checkpoints = new CheckpointDue(checkpoint, deliveryGraceMs);
  }

  static open(input: AgentInput): AgentShell {
    if ('creation' in input) {
      const kind = kindNamed(input.creation.kind);
      // The start time is in the history, so that the first record can be made again from it (temporal/agent-history.ts).
      const born = createAgent(kind, input.creation, workflowInfo().startTime.toISOString());
      const shell = new AgentShell(kind, born.agent, 0, new DedupeWindow(), [], { sequence: 0, at: 0 });
      shell.take(born, input.creation.command.id);
      return shell;
    }
    const { agent, published, window, effects, checkpoint, pending = [], unsure = [] } = input.carried;
    const shell = new AgentShell(
      kindNamed(agent.kind),
      agent,
      published,
      new DedupeWindow(window),
      effects,
      checkpoint,
    );
    if (published < agent.sequence) shell.unconfirmedSince = Date.now();
    shell.pending.push(...pending);
    for (const path of unsure) shell.unsure.add(path);
    return shell;
  }

  /** Applies each command alone; one that is refused changes nothing. */
  dispatch({ commands, delivered, checkpointNow = false }: Dispatch): Dispatched {
    if (!this.handledUpdateInThisTask) this.tasks += 1;
    this.commands += commands.length;
    this.lastUpdateAt = workflowInfo().historyLength;
    this.delivered(delivered);
    // What is not at hand any more can't be handed out, and nothing may overtake it.
    if (!this.caughtUp || (this.trims && this.pendingBytes > mostRecordsBytes)) this.draining = true;
    const draining = this.draining || this.pendingBytes > mostRecordsBytes;
    const unconfirmed = draining ? [] : [...this.pending];
    const time = new Date().toISOString();
    const results = commands.map((command) => {
      const result = this.one(command, time);
      logDecision(this.agent, command, result);
      return result;
    });
    if (checkpointNow && this.dirty) this.checkpoints.want();
    return { results, unconfirmed, draining, checkpoint: this.offerCheckpoint(), dirty: this.dirty };
  }

  private one(command: CommandEnvelope, time: string): CommandResult<EventRecord> {
    const commandId = command.id;
    const seen = this.window.find(commandId);
    if (seen) return { status: 'duplicate', commandId, from: seen[0], to: seen[1] };
    try {
      const applied = applyCommand(this.kind, this.agent, command, time);
      this.room.check(this.agent.state, applied.agent.state);
      if (applied.refusal) {
        this.take(applied);
        return { ...rejected(commandId, applied.refusal), events: applied.records };
      }
      this.take(applied, commandId);
      return { status: 'accepted', commandId, sequence: this.agent.sequence, events: applied.records };
    } catch (error) {
      if (isDomainError(error)) return rejected(commandId, error);
      // Thrown on, it would fail the task, and be tried for ever: one bad command would end the agent.
      const message = `deciding on ${command.type} failed: ${String(error)}`;
      return { status: 'rejected', commandId, code: 'decision_failed', message, fields: [] };
    }
  }

  /** Records what the workflow itself has seen happen. */
  record(...events: DomainEvent[]): void {
    const meta = { id: `${this.agent.id}:progress`, principal: `${systemPrincipalPrefix}${this.kind.name}` };
    this.take(recordEvents(this.kind, this.agent, events, meta, new Date().toISOString()));
  }

  private take({ agent, records, effects }: Applied, commandId?: string): void {
    this.room.add(this.agent.state, agent.state);
    this.agent = agent;
    if (commandId !== undefined) {
      this.window.remember(commandId, [agent.sequence - records.length + 1, agent.sequence]);
    }
    this.pending.push(...records);
    // Only when something happens: a run that somebody keeps on its version would otherwise begin anew for ever.
    this.renewing ||= workflowInfo().targetWorkerDeploymentVersionChanged;
    handOut(records);
    logLifecycle(agent, records);
    if (records.length > 0) this.unconfirmedSince ??= Date.now();
    if (this.trims && this.pending.length > mostPending) this.pending.splice(0, this.pending.length - mostPending);
    this.effects.push(...effects);
    if (records.some((record) => eventName(record) in lifecycleEvents)) this.checkpoints.want();
  }

  /** Takes note of what was delivered; nothing is dropped before. */
  delivered({ published, checkpointed }: Delivered): void {
    if (published > this.published) {
      this.published = Math.min(published, this.agent.sequence);
      this.pending = this.pending.filter(({ sequence }) => sequence > this.published);
      this.unconfirmedSince = this.published === this.agent.sequence ? null : Date.now();
    }
    this.checkpoints.mirrored(checkpointed, this.agent.sequence);
  }

  /** Whether what is at hand reaches back to what was acked, so that senders can go on from there. */
  get caughtUp(): boolean {
    return this.published === this.agent.sequence || this.pending[0]?.sequence === this.published + 1;
  }

  /** What nobody has confirmed yet, as JSON. */
  get pendingBytes(): number {
    return this.pending.reduce((sum, record) => sum + sizeOfFixed(record), 0);
  }

  /** The first of them, as many as go together. */
  load(most: number): EventRecord[] {
    return fitting(this.pending.slice(0, most), mostRecordsBytes);
  }

  get id(): string {
    return this.agent.id;
  }

  get dirty(): boolean {
    return this.checkpoints.isDirty(this.agent.sequence);
  }

  /** Epoch ms at which the agent publishes by itself, or null where all is confirmed. */
  get publishDueAt(): number | null {
    if (this.unconfirmedSince === null) return null;
    return this.draining || this.stopped ? 0 : this.unconfirmedSince + deliveryGraceMs;
  }

  private get checkpointIntervalMs(): number {
    return (this.agent.config as BaseConfig).checkpoint_interval * 1000;
  }

  /** Epoch ms at which the agent mirrors a changed state by itself. */
  get checkpointFallbackAt(): number {
    return this.checkpoints.fallbackAt(this.checkpointIntervalMs, this.stopped);
  }

  postponeCheckpoint(): void {
    this.checkpoints.postpone();
  }

  private offerCheckpoint(): Checkpoint | null {
    return this.checkpoints.offer(this.agent.sequence, this.checkpointIntervalMs) ? this.snapshot() : null;
  }

  get stopped(): boolean {
    return this.agent.status === 'stopped';
  }

  get ended(): boolean {
    const said = this.published === this.agent.sequence && this.effects.length === 0 && !this.dirty;
    return this.stopped && said;
  }

  /** To be called when the workflow is about to end. */
  end(): void {
    handOutEnd(this.agent);
  }

  /** While draining, only what the engine demands ends a run: it would end the drain with it. */
  get continueDue(): boolean {
    const long = this.tasks >= tasksPerRun || this.commands >= commandsPerRun;
    return workflowInfo().continueAsNewSuggested || ((long || this.renewing) && !this.draining);
  }

  /** Somebody wants the agent in a new run, though nothing has happened in this one. */
  renew(): void {
    this.renewing = true;
  }

  get handledUpdateInThisTask(): boolean {
    return this.lastUpdateAt === workflowInfo().historyLength;
  }

  view(): AgentView {
    return {
      ...this.agent,
      published: this.published,
      checkpoint: this.checkpoints.done,
      runId: workflowInfo().runId,
    };
  }

  carry(): AgentCarry {
    const { agent, published, effects } = this;
    const { done: checkpoint } = this.checkpoints;
    const pending = this.trims ? {} : { pending: this.pending };
    const unsure = this.unsure.size > 0 ? { unsure: [...this.unsure] } : {};
    return { agent, published, effects, checkpoint, window: this.window.carry(), ...pending, ...unsure };
  }

  /** The state of the kind itself, and its config. */
  get inner(): { state: unknown; config: unknown } {
    return this.agent;
  }

  /** Whose log it is. */
  get logging(): Logging {
    return this.agent;
  }

  /** When the agent wants to be woken, or null. */
  get alarmAt(): string | null {
    return this.stopped ? null : (this.kind.alarm?.(this.agent.state, this.agent.config) ?? null);
  }

  /** Whether what is not at hand any more can be read from the history: not so with what a workflow records by itself. */
  get trims(): boolean {
    return this.kind.workflow === undefined;
  }

  snapshot(): Checkpoint {
    return checkpointOf(this.kind, this.agent);
  }
}

function rejected(
  commandId: string,
  { code, message, fields }: DomainError,
): Extract<CommandResult<EventRecord>, { status: 'rejected' }> {
  return { status: 'rejected', commandId, code, message, fields };
}
