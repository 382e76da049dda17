import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { systemPrincipalPrefix, type CommandEnvelope } from '../actors/core/command';
import type { Target } from '../actors/devops/config';
import type { WatchInput } from '../actors/devops/effects';
import { detectEdge, unknownEdge, type Edge, type EdgeState } from './edge-detector';
import { isGone } from '../actors/core/errors';
import type { CommandSender } from './ports';
import { probeOnce } from './probe';

export interface WatchActivities {
  /** Probes until it is cancelled (throws then) or the agent is gone (returns). Reports edges only. */
  watchTargets(input: WatchInput): Promise<void>;
}

const heartbeatEveryMs = 2000;
const resendAfterMs = 1000;

export function watchActivities(sender: CommandSender): WatchActivities {
  return {
    async watchTargets(input) {
      const context = Context.current();
      const known = (context.info.heartbeatDetails ?? {}) as Record<string, EdgeState>;
      const states = new Map(input.targets.map(({ name }) => [name, known[name] ?? unknownEdge]));
      const gone = new AbortController();
      const stop = AbortSignal.any([context.cancellationSignal, gone.signal]);
      const beat = setInterval(() => context.heartbeat(Object.fromEntries(states)), heartbeatEveryMs);
      try {
        await Promise.all(input.targets.map((target) => watchTarget(input, target, states, stop, sender, gone)));
      } finally {
        clearInterval(beat);
      }
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
    },
  };
}

async function watchTarget(
  { agentId, revision }: WatchInput,
  target: Target,
  states: Map<string, EdgeState>,
  stop: AbortSignal,
  sender: CommandSender,
  gone: AbortController,
): Promise<void> {
  const thresholds = { failingAfter: target.failing_after, recoveringAfter: target.recovering_after };
  while (!stop.aborted) {
    const result = await probeOnce(target.probe, target.timeout, stop);
    if (stop.aborted) return;
    const now = new Date().toISOString();
    const before = states.get(target.name) ?? unknownEdge;
    const { state, edge } = detectEdge(before, result.ok ? 'up' : 'down', now, thresholds);
    if (edge) {
      const command = edgeCommand(agentId, revision, target.name, edge, result.ok ? '' : result.error);
      if (!(await deliver(sender, agentId, command, stop))) gone.abort();
    }
    // Only once the agent knows: a worker that dies before it sees the edge again.
    states.set(target.name, state);
    await delay(target.interval * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
}

function edgeCommand(agentId: string, revision: number, target: string, edge: Edge, error: string): CommandEnvelope {
  const { to, since, count } = edge;
  return {
    id: `watch:${agentId}:${revision}:${target}:${to}:${since}`,
    principal: `${systemPrincipalPrefix}watch`,
    ...(to === 'down'
      ? { type: 'ReportDown', data: { target, revision, since, failures: count, error } }
      : { type: 'ReportUp', data: { target, revision, since } }),
  };
}

/** Tries until the agent has it. @returns false where there is no such agent any more */
async function deliver(
  sender: CommandSender,
  agentId: string,
  command: CommandEnvelope,
  stop: AbortSignal,
): Promise<boolean> {
  while (!stop.aborted) {
    try {
      const [result] = await sender.send(agentId, [command]);
      return !(result?.status === 'rejected' && result.code === 'agent_stopped');
    } catch (error) {
      if (isGone(error)) return false;
      await delay(resendAfterMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return true;
}
