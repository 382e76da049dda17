import type { Client } from '@temporalio/client';
import type { Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import { DomainError } from '../actors/core/errors';
import { hashOf } from '../actors/core/hash-chain';
import { jsonBytes } from '../actors/core/json-size';
import type { Guards, LaunchRequest } from '../actors/core/launch';
import { checkedConfig } from '../actors/core/validate';
import { guardsFor, launchVeto } from '../actors/policy/vetoes';
import type { RunConfig } from '../actors/run/config';
import type { PlannedNode, RunPlan } from '../actors/run/plan';
import { mostInheritedBytes } from '../actors/run/room';
import { run } from '../actors/run/run';
import type { RunState } from '../actors/run/state';
import type { RunbookDocument } from '../actors/runbook/document';
import { checkedInput } from '../actors/runbook/input';
import { isBareApproval, stepAt } from '../actors/runbook/placed-steps';
import type { TemporalAgents } from './agents';
import { AgentFailure } from './failures';
import { guardOf, isSilence } from './guard';
import { guardsOf, rendered, targetsOf } from './launch-scope';
import type { PolicyReader } from './policy';

/** How long a dry-run may take, and how long the word of its end, in ms. */
const planMs = 120_000;
const answerMs = 5_000;

export interface StoredRunbook {
  name: string;
  version: number;
  hash: string;
  document: RunbookDocument;
}

export interface LauncherPorts {
  client: Client;
  taskQueue: string;
  agents: Pick<TemporalAgents, 'start' | 'view'>;
  policy: Pick<PolicyReader, 'read'>;
  runbooks: { read(name: string, version?: number): Promise<StoredRunbook | null> };
}

/** Who wants a run that comes from another one, and under which id. */
export interface Successor {
  id: string;
  principal: string;
  reason?: string;
  traceparent?: string;
}

type Wanted = Omit<LaunchRequest, 'id'>;

/** The one door through which every run begins: pins the runbook, checks the input, and asks policy. */
export class Launcher {
  constructor(private readonly ports: LauncherPorts) {}

  /**
   * Begins a run. What policy refuses begins too, and ends at once with its veto on record.
   * @returns `created`: false where a run of that id had begun before
   * @throws AgentFailure `runbook_not_found` | `unavailable`, DomainError `invalid_input` | `invalid_runbook`
   */
  async launch(request: LaunchRequest): Promise<{ id: string; created: boolean }> {
    return this.begin(request.id, request, await this.configOf(request.id, request));
  }

  /** What a run would do, without doing any of it. @throws as `launch` does */
  async plan(request: Wanted): Promise<RunPlan> {
    const id = `plan-${hashOf([request, Date.now(), Math.random()]).slice(0, 32)}`;
    const config = await this.configOf(id, request);
    const { client, taskQueue } = this.ports;
    const nodes = await guardOf(client)
      .call(planMs + answerMs, () =>
        client.workflow.execute<(input: object) => Promise<PlannedNode[]>>('plan', {
          workflowId: id,
          taskQueue,
          args: [{ id, config }],
          workflowExecutionTimeout: planMs,
        }),
      )
      .catch((cause: unknown) => {
        throw isSilence(cause) ? new AgentFailure('unavailable', 'Temporal does not answer', 2, { cause }) : cause;
      });
    const { runbook, targets, veto = null } = config;
    return { runbook, targets, veto, steps: nodes, planHash: hashOf(JSON.parse(JSON.stringify(nodes))) };
  }

  /**
   * A new run that goes on where one has ended: what was done counts as done, approvals of what was not are asked again.
   * @param options `skip`: paths that are not to be done at all, and why
   * @throws AgentFailure `run_not_found`, DomainError `not_allowed` where it has not ended
   */
  async retry(
    runId: string,
    { skip = {}, ...successor }: Successor & { skip?: Record<string, string> },
  ): Promise<{ id: string; created: boolean }> {
    const { state, config } = await this.ended(runId);
    const asks = asksIn(config);
    const unasked = Object.keys(skip).find(asks);
    if (unasked !== undefined) throw new DomainError('not_allowed', `${unasked} asks people: it can not be skipped`);
    const lineage = { type: 'retry' as const, of: runId, askedBy: askedBy(config), done: doneOf(state, asks), skip };
    return this.begin(successor.id, successor, await this.successorOf(config, successor, { lineage }));
  }

  /**
   * A new run that goes on as another one stood after some event: what was done by then counts as done, and nothing else.
   * @throws as `retry` does
   */
  async fork(
    { id: of, sequence, hash, state, config }: AgentState<RunState, RunConfig>,
    successor: Successor,
  ): Promise<{ id: string; created: boolean }> {
    const from = { of, at: { sequence, hash }, askedBy: askedBy(config) };
    const lineage = { type: 'fork' as const, ...from, done: doneOf(state, asksIn(config)), skip: {} };
    return this.begin(successor.id, successor, await this.successorOf(config, successor, { lineage }));
  }

  /** The same again from the beginning, with another input where one is given. @throws as `launch` and `retry` do */
  async rerun(
    runId: string,
    { input, version, ...successor }: Successor & { input?: Record<string, unknown>; version?: number },
  ): Promise<{ id: string; created: boolean }> {
    const { config } = await this.known(runId);
    const wanted: Wanted = {
      ...successor,
      runbook: config.runbook.name,
      version: version ?? config.runbook.version,
      input: input ?? config.input,
      trigger: { type: 'api' },
    };
    const lineage = { type: 'rerun' as const, of: runId, askedBy: askedBy(config), done: {}, skip: {} };
    const fresh = await this.configOf(successor.id, wanted);
    return this.begin(successor.id, successor, { ...fresh, lineage });
  }

  private async begin(
    id: string,
    { principal, reason, traceparent }: Omit<Successor, 'id'>,
    config: RunConfig,
  ): Promise<{ id: string; created: boolean }> {
    const creation: Creation = {
      kind: run.name,
      id,
      name: `${config.runbook.name} ${config.runbook.version}`,
      config,
      command: {
        id: `launch:${id}`,
        principal,
        ...(reason === undefined ? {} : { reason }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
    };
    try {
      await this.ports.agents.start(creation);
      return { id, created: true };
    } catch (error) {
      if (error instanceof AgentFailure && error.code === 'agent_exists') return { id, created: false };
      throw error;
    }
  }

  private async configOf(id: string, request: Wanted): Promise<RunConfig> {
    const { name, version, hash, document } = await this.find(request.runbook, request.version);
    if ((request.trigger.depth ?? 0) > 10) throw new DomainError('not_allowed', 'runs are nested too deeply');
    const input = checkedInput(document, request.input);
    const { trigger, principal: startedBy } = request;
    const scope = { input, run: { id, runbook: name, version, started_by: startedBy, trigger }, steps: {} };
    const concurrency = document.concurrency && {
      group: String(rendered(document.concurrency.group, scope)),
      limit: document.concurrency.limit,
      ...(document.concurrency.queue === undefined ? {} : { queue: document.concurrency.queue }),
    };
    return this.checked({
      runbook: { name, version, hash },
      document,
      input,
      trigger,
      startedBy,
      targets: targetsOf(document, scope),
      ...(concurrency ? { concurrency } : {}),
      guards: { ...guardsOf(document, scope), ...request.guards },
    });
  }

  private async successorOf(config: RunConfig, { principal }: Successor, more: Partial<RunConfig>): Promise<RunConfig> {
    const { veto: _, ...pinned } = config;
    return this.checked({ ...pinned, trigger: { type: 'api' }, startedBy: principal, ...more });
  }

  private async checked(config: Omit<RunConfig, 'checkpoint_interval' | 'log_level'>): Promise<RunConfig> {
    const policy = await this.ports.policy.read();
    const { runbook, targets, document } = config;
    const maxTargets = document.guards?.max_targets;
    const subject = { runbook: runbook.name, targets, ...(maxTargets === undefined ? {} : { maxTargets }) };
    const veto = launchVeto(policy, { ...subject, now: new Date().toISOString() });
    const guards: Guards = guardsFor(policy, config.guards);
    return checkedConfig(run, { ...config, guards, ...(veto ? { veto } : {}) }) as RunConfig;
  }

  private async find(name: string, version?: number): Promise<StoredRunbook> {
    const found = await this.ports.runbooks.read(name, version);
    if (found) return found;
    const which = version === undefined ? name : `${name}, version ${version}`;
    throw new AgentFailure('runbook_not_found', `there is no runbook ${which}`);
  }

  private async known(runId: string): Promise<{ state: RunState; config: RunConfig }> {
    try {
      const { kind, state, config } = await this.ports.agents.view(runId);
      if (kind === run.name) return { state: state as RunState, config: config as RunConfig };
    } catch (error) {
      if (!(error instanceof AgentFailure && error.code === 'agent_not_found')) throw error;
    }
    throw new AgentFailure('run_not_found', `there is no run ${runId}`);
  }

  private async ended(runId: string): Promise<{ state: RunState; config: RunConfig }> {
    const found = await this.known(runId);
    if (found.state.phase !== 'ended') throw new DomainError('not_allowed', `run ${runId} has not ended`);
    return found;
  }
}

/** Tells the steps that do nothing but ask people. */
function asksIn({ document }: RunConfig): (path: string) => boolean {
  return (path) => isBareApproval(stepAt(document, path));
}

/**
 * Outputs of the steps that are done, by path. An answer of people was to that run, not to the one that comes.
 * @throws DomainError `not_allowed` where they are too much
 */
function doneOf({ steps }: RunState, asks: (path: string) => boolean): Record<string, unknown> {
  const done = Object.entries(steps).filter(([path, { status }]) => status === 'succeeded' && !asks(path));
  if (jsonBytes(done) > mostInheritedBytes) {
    throw new DomainError(
      'not_allowed',
      'what it has done is too much to be taken over: run it again from the beginning',
    );
  }
  return Object.fromEntries(done.map(([path, { output = null }]) => [path, output]));
}

function askedBy({ startedBy, lineage }: RunConfig): string[] {
  return [...new Set([...(lineage?.askedBy ?? []), startedBy])];
}
