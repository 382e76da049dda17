import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { systemPrincipalPrefix, type CommandEnvelope } from '../actors/core/command';
import { compareSamples, type Samples } from '../actors/performance/compare';
import type { MeasureInput } from '../actors/performance/effects';
import { deliver } from './deliver';
import { measureAll, withValues } from './metrics/measure';
import type { CommandSender } from './ports';
import type { ProbeMeans } from './probe';

export interface MeasureActivities {
  /** Measures until it is cancelled (throws then) or the agent is gone (returns). */
  measureMetrics(input: MeasureInput): Promise<void>;
}

/** What is known so far; goes out with every heartbeat, so that another worker goes on from there. */
interface Progress {
  samples: Samples;
  /** Whether the comparison before found something worse. */
  worse: boolean;
}

const heartbeatEveryMs = 2000;

export function measureActivities(sender: CommandSender, means: ProbeMeans): MeasureActivities {
  return {
    async measureMetrics(input) {
      const context = Context.current();
      const signal = context.cancellationSignal;
      let progress = (context.info.heartbeatDetails ?? { samples: {}, worse: false }) as Progress;
      const beat = setInterval(() => context.heartbeat(progress), heartbeatEveryMs);
      try {
        for (;;) {
          const values = await measureAll(input.metrics, signal, means);
          const samples = withValues(progress.samples, input.metrics, values);
          progress = { ...progress, samples };
          if (isFull(input, samples)) {
            const { worse, command } = judged(input, progress);
            if (command && !(await deliver(sender, input.agentId, command, signal))) return;
            // Each comparison has values of its own: none counts twice.
            progress = { samples: {}, worse };
          }
          await delay(input.every * 1000, undefined, { signal });
        }
      } finally {
        clearInterval(beat);
      }
    },
  };
}

/** A metric that can't be measured holds nobody up: those that can decide when it is enough. */
function isFull({ samples: wanted }: MeasureInput, samples: Samples): boolean {
  return Object.values(samples).some(({ length }) => length >= wanted);
}

function judged(
  { agentId, revision, metrics, baseline, alpha, minEffect }: MeasureInput,
  { samples, worse: before }: Progress,
): { worse: boolean; command: CommandEnvelope | null } {
  const told = (type: string, data: object): CommandEnvelope => ({
    id: `measure:${agentId}:${revision}:${new Date().toISOString()}`,
    principal: `${systemPrincipalPrefix}measure`,
    type,
    data: { revision, ...data },
  });
  if (!baseline) return { worse: false, command: told('ReportBaseline', { samples }) };
  const changes = compareSamples(metrics, baseline, samples, { alpha, minEffect });
  const worse = changes.some(({ verdict }) => verdict === 'worse');
  // What goes on is told each time: the agent may have something to try by then.
  return { worse, command: worse || before ? told('ReportComparison', { changes }) : null };
}
