import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { systemPrincipalPrefix, type CommandEnvelope } from '../actors/core/command';
import type { Target } from '../actors/devops/config';
import type { WatchInput } from '../actors/devops/effects';
import { frozenBy } from '../actors/policy/freezes';
import { deliver } from './deliver';
import type { CommandSender } from './ports';
import type { Probe, ProbeMeans } from './probe';
import { recalled, watchTarget, type Known } from './watch-target';

export interface WatchActivities {
  /** Probes until it is cancelled (throws then) or the agent is gone (returns). Reports edges only. */
  watchTargets(input: WatchInput): Promise<void>;
}

const heartbeatEveryMs = 2000;
/** Maintenance windows are looked at so often. */
const windowsEveryMs = 1000;

export function watchActivities(sender: CommandSender, means: ProbeMeans): WatchActivities {
  return {
    async watchTargets(input) {
      const { agentId, revision, maintenance: windows = [] } = input;
      const context = Context.current();
      const known = (context.info.heartbeatDetails ?? {}) as Record<string, Parameters<typeof recalled>[0]>;
      const states = new Map(input.targets.map(({ name }) => [name, recalled(known[name])]));
      const gone = new AbortController();
      const stop = AbortSignal.any([context.cancellationSignal, gone.signal]);
      const beat = setInterval(() => context.heartbeat(Object.fromEntries(states)), heartbeatEveryMs);
      const tell = async (command: CommandEnvelope): Promise<void> => {
        if (!(await deliver(sender, agentId, command, stop))) gone.abort();
      };
      const isMuted = (name: string): boolean =>
        windows.length > 0 && frozenBy({ freezes: windows }, [name], new Date().toISOString()) !== null;
      const posts = input.targets.filter(isAsked).map((target) => ({
        ...{ agentId, revision, target, stop, means, tell },
        isMuted: () => isMuted(target.name),
        keep: (state: Known) => void states.set(target.name, state),
      }));
      try {
        await Promise.all([
          ...posts.map((post) => watchTarget(post, recalled(states.get(post.target.name)))),
          watchWindows(input, stop, tell),
        ]);
      } finally {
        clearInterval(beat);
      }
      if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
    },
  };
}

function isAsked(target: Target): target is Target & { probe: Probe } {
  return target.probe.type !== 'alerts';
}

/** Tells which maintenance windows are open, whenever that changes, until it is told to stop. */
async function watchWindows(
  { agentId, revision, maintenance: windows = [] }: WatchInput,
  stop: AbortSignal,
  tell: (command: CommandEnvelope) => Promise<void>,
): Promise<void> {
  // An earlier try, or other orders, may have left some open.
  let told = '';
  while (!stop.aborted && windows.length > 0) {
    const now = new Date().toISOString();
    const open = windows.flatMap((window) => {
      const frozen = frozenBy({ freezes: [{ ...window, targets: ['*'] }] }, [], now);
      return frozen ? [{ name: window.name, ...(frozen.until === undefined ? {} : { until: frozen.until }) }] : [];
    });
    const names = JSON.stringify(open.map(({ name }) => name));
    if (names !== told) {
      const principal = `${systemPrincipalPrefix}watch`;
      const id = `watch:${agentId}:${revision}:windows:${now}`;
      await tell({ id, principal, type: 'ReportMaintenance', data: { revision, windows: open } });
      told = names;
    }
    await delay(windowsEveryMs, undefined, { signal: stop }).catch(() => undefined);
  }
}
