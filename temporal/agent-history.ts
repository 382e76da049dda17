import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { AgentHistory } from '../activities/ports';
import { createAgent } from '../actors/core/agent';
import { recordsOf } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import { agentWorkflowId, type AgentCarry, type AgentInput, type Dispatched } from '../workflows/messages';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

const callMs = 10_000;
/** Events may be large: a page of them is one answer. */
const pageSize = 200;

/** One run of an agent's workflow, and which of its events it begins with. */
interface Run {
  runId: string;
  firstSequence: number;
  start: HistoryEvent;
  input: AgentInput;
}

/**
 * Reads an agent's events back from its workflow's history: each is in the outcome of the Update that made it, or, where a run
 * made it by itself, in the input of the activity that published it, and the first follows from what started the workflow. Needs no worker and does not run the agent's code again, so it gives
 * what was decided then, whatever `decide` would say now.
 */
export class TemporalAgentHistory implements AgentHistory {
  constructor(private readonly client: Client) {}

  async *read(agentId: string, from: number, to = Infinity): AsyncIterable<EventRecord[]> {
    let next = from;
    for (const run of await this.runsFrom(agentId, from)) {
      if (run.firstSequence > to) return;
      for await (const records of this.recordsOf(agentId, run)) {
        // What an activity carried along may come again with the next one.
        const wanted = records.filter(({ sequence }) => sequence === next && sequence <= to && (next += 1));
        if (wanted.length > 0) yield wanted;
        if (next > to) return;
      }
    }
  }

  /** The runs that hold events from `from` on, oldest first: walks back from the newest one. */
  private async runsFrom(agentId: string, from: number): Promise<Run[]> {
    const runs: Run[] = [];
    let runId: string | undefined;
    do {
      const run = await this.openRun(agentId, runId);
      runs.unshift(run);
      if (run.firstSequence <= from) break;
      runId = run.start.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    } while (runId);
    return runs;
  }

  private async openRun(agentId: string, runId = ''): Promise<Run> {
    const { history } = await this.page(agentId, runId, 1);
    const start = history?.events?.[0];
    const started = start?.workflowExecutionStartedEventAttributes;
    const [input] = await this.decode(started?.input);
    if (!start || !started || !input) throw new Error(`run ${runId} of agent ${agentId} has no beginning`);
    const agentInput = input as AgentInput;
    const firstSequence = 'carried' in agentInput ? firstOf(agentInput.carried) : 1;
    return { runId: started.originalExecutionRunId ?? runId, firstSequence, start, input: agentInput };
  }

  private async *recordsOf(agentId: string, { runId, start, input }: Run): AsyncIterable<EventRecord[]> {
    if ('creation' in input) {
      const { creation } = input;
      yield createAgent(kindNamed(creation.kind), creation, isoTime(start.eventTime)).records;
    }
    if ('carried' in input && input.carried.pending?.length) yield input.carried.pending;
    let token: Uint8Array | undefined;
    do {
      const page = await this.page(agentId, runId, pageSize, token);
      const records: EventRecord[] = [];
      for (const event of page.history?.events ?? []) records.push(...(await this.recordsIn(event)));
      if (records.length > 0) yield records.sort((a, b) => a.sequence - b.sequence);
      token = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (token);
  }

  private async recordsIn(event: HistoryEvent): Promise<EventRecord[]> {
    const ordered = event.activityTaskScheduledEventAttributes?.input;
    if (ordered) {
      const [input] = (await this.decode(ordered)) as [{ records?: EventRecord[] } | undefined];
      return input?.records ?? [];
    }
    const outcome = event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success;
    if (!outcome) return [];
    const [dispatched] = (await this.decode(outcome)) as [Dispatched];
    return dispatched.results.flatMap(recordsOf);
  }

  private async decode(payloads: Payloads): Promise<unknown[]> {
    return (await decodeArrayFromPayloads(this.client.options.loadedDataConverter, payloads?.payloads)) ?? [];
  }

  private page(
    agentId: string,
    runId: string,
    maximumPageSize: number,
    nextPageToken?: Uint8Array,
  ): Promise<temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse> {
    return this.client.withDeadline(Date.now() + callMs, () =>
      this.client.workflowService.getWorkflowExecutionHistory({
        namespace: this.client.options.namespace,
        execution: { workflowId: agentWorkflowId(agentId), runId },
        maximumPageSize,
        ...(nextPageToken ? { nextPageToken } : {}),
      }),
    );
  }
}

function firstOf({ agent, pending = [] }: AgentCarry): number {
  return pending[0]?.sequence ?? agent.sequence + 1;
}

function isoTime(time: HistoryEvent['eventTime']): string {
  const ms = Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
