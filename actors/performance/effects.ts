import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import { hashOf } from '../core/hash-chain';
import type { LaunchRequest } from '../core/launch';
import type { LifecycleEvent } from '../core/lifecycle';
import { render } from '../runbook/expressions';
import type { Samples } from './compare';
import type { Metric, PerformanceConfig } from './config';
import type { PerformanceEvent } from './events';
import type { PerformanceState } from './state';

/** The runbook that tries a proposal. */
const shippedRunbook = 'optimise-setting';

/** What the measuring companion is told. `revision` only grows. */
export interface MeasureInput {
  agentId: string;
  revision: number;
  /** What to measure; empty ends it, and so does a pause. */
  metrics: Metric[];
  every: number;
  samples: number;
  alpha: number;
  minEffect: number;
  /** What is normal; null: measure that first. */
  baseline: Samples | null;
}

type Agent = { id: string; state: PerformanceState; config: PerformanceConfig };

/** What must happen outside because of an event of a performance agent. */
export function performanceEffects(event: Recorded<PerformanceEvent> | LifecycleEvent, agent: Agent): Effect[] {
  switch (event.type) {
    case 'AgentCreated':
    case 'AgentForked':
      return agent.config.metrics.length > 0 ? [measure(event.sequence, agent)] : [];
    case 'ConfigChanged':
    case 'BaselineTaken':
    case 'ProposalKept':
    case 'ProposalRejected':
      return [measure(event.sequence, agent)];
    case 'AgentStopped':
      return [pause(event.sequence, agent)];
    case 'ProposalMade':
      return [pause(event.sequence, agent), tryOut(event, agent)];
    case 'RegressionDetected':
    case 'RegressionOver':
    case 'ProposalsExhausted':
    case 'RejectedForgotten':
      return [];
  }
}

function measure(revision: number, { id, state, config }: Agent): Effect {
  // Nothing is to be measured while a proposal is tried: the run does that.
  const metrics = state.proposal ? [] : config.metrics.map(({ canary: _, ...metric }) => metric);
  const { every, samples, alpha, min_effect: minEffect } = config;
  const input: MeasureInput = {
    agentId: id,
    revision,
    metrics,
    every,
    samples,
    alpha,
    minEffect,
    baseline: state.baseline,
  };
  return { type: 'configure', workflow: 'measure', id: `measure:${id}`, input };
}

function pause(revision: number, agent: Agent): Effect {
  return measure(revision, { ...agent, config: { ...agent.config, metrics: [] } });
}

/** Its id follows from the event, so that beginning it twice begins it once. */
function tryOut(
  { sequence, data }: Extract<Recorded<PerformanceEvent>, { type: 'ProposalMade' }>,
  agent: Agent,
): Effect {
  const { id, config } = agent;
  const { proposal, setting: name, from, to, because } = data;
  const setting = config.settings.find((one) => one.name === name);
  const argv = (template: string[] = [], value: number): string[] =>
    template.map((part) => String(render(part, { value })));
  const { metrics, samples, every, alpha, min_effect, settle } = config;
  const request: LaunchRequest = {
    id: `run-${hashOf([id, sequence]).slice(0, 32)}`,
    runbook: shippedRunbook,
    input: {
      ...{ setting: `${id}/${name}`, from, to, because, samples, every, alpha, min_effect, settle },
      metrics: metrics.map(({ canary: _, ...metric }) => metric),
      canary_metrics: metrics.map(({ canary, ...metric }) => ({ ...metric, source: canary ?? metric.source })),
      canary: argv(setting?.canary, to),
      canary_back: argv(setting?.canary, from),
      apply: argv(setting?.apply, to),
      apply_back: argv(setting?.apply, from),
    },
    trigger: { type: 'agent', agent: id, issue: proposal, target: name },
    principal: `agent:${id}`,
  };
  return { type: 'launch', request };
}
