import { setTimeout as delay } from 'node:timers/promises';
import { systemPrincipalPrefix, type CommandEnvelope } from '../actors/core/command';
import type { Target } from '../actors/devops/config';
import { detectEdge, unknownEdge, type Edge, type EdgeState } from './edge-detector';
import { damp, steadyFlap, type FlapState } from './flap-damper';
import { probeOnce, type Probe, type ProbeMeans } from './probe';

/** What is known of one target; plain JSON, because it goes out with every heartbeat. */
export interface Known {
  edge: EdgeState;
  flap: FlapState;
}

const nothingKnown: Known = { edge: unknownEdge, flap: steadyFlap };

/** What another worker has left in its heartbeat, or nothing. A worker of an earlier time kept only the edge. */
export function recalled(left: Known | EdgeState | undefined): Known {
  if (!left) return nothingKnown;
  return 'edge' in left ? left : { edge: left, flap: steadyFlap };
}

/** What one target is watched with. */
export interface Post {
  agentId: string;
  revision: number;
  target: Target & { probe: Probe };
  stop: AbortSignal;
  means: ProbeMeans;
  /** Whether a maintenance window is open for it. */
  isMuted(): boolean;
  /** Resolves once the agent has it. */
  tell(command: CommandEnvelope): Promise<void>;
  /** Keeps what is known, for whoever goes on. */
  keep(known: Known): void;
}

/** Probes one target until it is told to stop, and tells the agent of its edges only. */
export async function watchTarget(post: Post, from: Known): Promise<void> {
  const { target, stop } = post;
  let known = from;
  while (!stop.aborted) {
    const result = await probeOnce(target.probe, target.timeout, stop, post.means);
    if (stop.aborted) return;
    // While it is muted, failures count for nothing: after it they are counted from the first.
    if (result.ok || !post.isMuted()) {
      known = await seen(post, known, result.ok ? null : result.error);
      post.keep(known);
    }
    await delay(target.interval * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Only once the agent knows is it known here: a worker that dies before sees the edge again. */
async function seen(post: Post, { edge: before, flap }: Known, error: string | null): Promise<Known> {
  const { target } = post;
  const now = new Date().toISOString();
  const { state, edge } = detectEdge(before, error === null ? 'up' : 'down', now, {
    failingAfter: target.failing_after,
    failingForMs: target.failing_for * 1000,
    recoveringAfter: target.recovering_after,
  });
  // The first that is heard of it is no change.
  if (!target.flapping || (edge && before.status === 'unknown')) {
    if (edge) await post.tell(edgeCommand(post, edge, error));
    return { edge: state, flap };
  }
  const damped = damp(flap, edge, now, target.flapping);
  if (damped.out?.report === 'edge') await post.tell(edgeCommand(post, damped.out.edge, error));
  if (damped.out?.report === 'flapping') await post.tell(flappingCommand(post, damped.out));
  return { edge: state, flap: damped.state };
}

function edgeCommand({ agentId, revision, target: { name } }: Post, edge: Edge, error: string | null): CommandEnvelope {
  const { to, since, count } = edge;
  return {
    id: `watch:${agentId}:${revision}:${name}:${to}:${since}`,
    principal: `${systemPrincipalPrefix}watch`,
    ...(to === 'down'
      ? { type: 'ReportDown', data: { target: name, revision, since, failures: count, error: error ?? 'it fails' } }
      : { type: 'ReportUp', data: { target: name, revision, since } }),
  };
}

function flappingCommand(
  { agentId, revision, target: { name } }: Post,
  { since, changes }: { since: string; changes: number },
): CommandEnvelope {
  return {
    id: `watch:${agentId}:${revision}:${name}:flapping:${since}`,
    principal: `${systemPrincipalPrefix}watch`,
    type: 'ReportFlapping',
    data: { target: name, revision, since, changes },
  };
}
