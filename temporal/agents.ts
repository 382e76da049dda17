import { setTimeout as delay } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { uuidv7 } from 'uuidv7';
import type { Creation } from '../actors/core/agent';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import { aboutWork } from '../infra/log-context';
import type { DeliveryMetrics } from '../infra/metrics/delivery';
import { beginSpans, SpanKind, traceIdOf, withSpans } from '../infra/tracing';
import { agentWorkflowId, dispatch, view, type AgentInput, type AgentView, type Dispatch } from '../workflows/messages';
import type { Delivery } from './delivery';
import { AgentFailure } from './failures';
import { GroupCommit } from './group-commit';
import { guardOf } from './guard';
import { grpcCode, isNotFound } from './grpc-status';

/**
 * One try of an Update, and all tries of it together: within that an outage of a worker or of Temporal is bridged. Once Temporal
 * is known to be away, no more begin.
 */
const tryMs = 10_000;
const giveUpMs = 30_000;
const longestPauseMs = 1_000;
const readMs = 8_000;

/** Agents as those see them who talk to them: make one, send it commands, look at it. */
export class TemporalAgents {
  private readonly groups: GroupCommit<CommandResult<EventRecord>>;

  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly delivery: Delivery,
    private readonly metrics?: Pick<DeliveryMetrics, 'updates' | 'updatesTop'>,
    private readonly taskTimeoutMs = 2_000,
  ) {
    this.groups = new GroupCommit((agentId, batch) => this.sendBatch(agentId, batch));
  }

  /**
   * Makes an agent and waits until it lives.
   * @throws AgentFailure `agent_exists` | `unavailable`
   */
  async create(creation: Creation): Promise<AgentView> {
    // A plain start and a query: an Update-with-Start may wait 5 s for a speculative first task.
    await this.start(creation);
    return this.view(creation.id);
  }

  /**
   * Makes an agent and does not wait for it.
   * @throws AgentFailure `agent_exists` | `unavailable`
   */
  async start(creation: Creation): Promise<void> {
    const input: AgentInput = { creation };
    try {
      const spans = beginSpans('start', SpanKind.CLIENT, [creation.command], { 'ymera.agent_id': creation.id });
      const start = (): Promise<unknown> =>
        this.client.workflow.start(kindNamed(creation.kind).workflow ?? 'agent', {
          workflowId: agentWorkflowId(creation.id),
          taskQueue: this.taskQueue,
          args: [input],
          workflowTaskTimeout: this.taskTimeoutMs,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
      await withSpans(spans, () => this.within(tryMs, start));
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        throw new AgentFailure('agent_exists', `there is an agent ${creation.id} already`);
      }
      throw unavailable(error);
    }
  }

  /**
   * Sends commands to one agent, grouped with what others send it; results in the same order. Their events are published
   * when it returns, or, where the broker is away, in the agent's history, from where they will be.
   * @throws AgentFailure `agent_not_found` | `agent_stopped` | `queue_full` | `unavailable` (then nobody knows whether
   * they were applied: a retry with the same command ids is harmless)
   */
  send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]> {
    return this.groups.send(agentId, commands);
  }

  /** Commands that wait in this process. */
  get queueDepth(): number {
    return this.groups.depth;
  }

  /** The agent as it stands. @throws AgentFailure `agent_not_found` | `unavailable` */
  async view(agentId: string): Promise<AgentView> {
    const ask = (): Promise<AgentView> => this.within(readMs / 2, () => this.handle(agentId).query(view));
    try {
      // Temporal loses a query whose run leaves the worker's memory just then; the next one is answered.
      return await ask().catch((error: unknown) => (isLate(error) ? ask() : Promise.reject(error as Error)));
    } catch (error) {
      throw isNotFound(error) ? notFound(agentId) : unavailable(error);
    }
  }

  /** Has every agent whose mirror is behind, as far as this process knows, mirrored, for at most `limitMs`. */
  async flushCheckpoints(limitMs: number): Promise<void> {
    const queue = this.delivery.dirtyAgents;
    const deadline = Date.now() + limitMs;
    const drainQueue = async (): Promise<void> => {
      for (let id = queue.pop(); id !== undefined && Date.now() < deadline; id = queue.pop()) {
        // One that fails stays behind for its interval: nothing is lost, its workflow has everything.
        await this.dispatchOnce(id, { commands: [], checkpointNow: true }).catch(() => undefined);
      }
    };
    await Promise.race([
      Promise.all(Array.from({ length: 16 }, drainQueue)),
      delay(limitMs, undefined, { ref: false }),
    ]);
  }

  private async sendBatch(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]> {
    const giveUpAt = Date.now() + giveUpMs;
    await guardOf(this.client).demand();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.dispatchOnce(agentId, { commands }, Math.min(tryMs, giveUpAt - Date.now()));
      } catch (error) {
        if (isNotFound(error)) await this.failWhereGone(agentId);
        // Accepted by a run that ended over it, refused by one about to end, or a worker that went away: the ids make another
        // try harmless.
        if (isRefusal(error) || Date.now() + longestPauseMs > giveUpAt) throw unavailable(error);
      }
      await delay(Math.min(50 * 2 ** attempt, longestPauseMs));
    }
  }

  private async dispatchOnce(
    agentId: string,
    order: Omit<Dispatch, 'delivered'>,
    ms = tryMs,
  ): Promise<CommandResult<EventRecord>[]> {
    const input: Dispatch = { ...order, delivered: this.delivery.of(agentId) };
    const startedAt = performance.now();
    let outcome = 'failed';
    try {
      const results = await this.observed(agentId, order.commands, () => this.dispatchTo(agentId, input, ms));
      outcome = 'answered';
      return results;
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      this.metrics?.updates.observe({ outcome }, seconds);
      this.metrics?.updatesTop.note(agentId, seconds);
    }
  }

  /** The trace shows it, and what is logged meanwhile says what it is about. */
  private observed<T>(agentId: string, commands: readonly CommandEnvelope[], work: () => Promise<T>): Promise<T> {
    const [first] = commands;
    const traceId = traceIdOf(first?.traceparent);
    const about = { agentId, ...(first ? { commandId: first.id } : {}), ...(traceId ? { traceId } : {}) };
    const attributes = { 'ymera.agent_id': agentId, 'ymera.commands': commands.length };
    return aboutWork(about, () => withSpans(beginSpans('update', SpanKind.CLIENT, commands, attributes), work));
  }

  private async dispatchTo(agentId: string, input: Dispatch, ms: number): Promise<CommandResult<EventRecord>[]> {
    const dispatched = await this.within(ms, () =>
      this.handle(agentId).executeUpdate(dispatch, { args: [input], updateId: uuidv7() }),
    );
    await this.delivery.deliver(agentId, dispatched);
    return dispatched.results;
  }

  /** Returns where the agent runs after all: it was just continuing as new. */
  private async failWhereGone(agentId: string): Promise<void> {
    let status: string;
    try {
      status = (await this.within(readMs, () => this.handle(agentId).describe())).status.name;
    } catch (error) {
      throw isNotFound(error) ? notFound(agentId) : unavailable(error);
    }
    if (status !== 'RUNNING' && status !== 'CONTINUED_AS_NEW') {
      throw new AgentFailure('agent_stopped', `agent ${agentId} is stopped`);
    }
  }

  private handle(agentId: string): WorkflowHandle {
    return this.client.workflow.getHandle(agentWorkflowId(agentId));
  }

  private within<T>(ms: number, call: () => Promise<T>): Promise<T> {
    return guardOf(this.client).call(ms, call);
  }
}

function notFound(agentId: string): AgentFailure {
  return new AgentFailure('agent_not_found', `there is no agent ${agentId}`);
}

function unavailable(cause: unknown): AgentFailure {
  return new AgentFailure('unavailable', 'the agent did not answer in time', 2, { cause });
}

function isLate(error: unknown): boolean {
  const grpcDeadlineExceeded = 4;
  return grpcCode(error) === grpcDeadlineExceeded;
}

/** A batch that the workflow's validator refuses is refused for ever. */
function isRefusal(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && (error.cause as { type?: string }).type === 'invalid_batch';
}
