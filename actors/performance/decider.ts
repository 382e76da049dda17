import { DomainError } from '../core/errors';
import type { MetricChange } from './compare';
import type { PerformanceConfig } from './config';
import type { PerformanceCommand, PerformanceEvent } from './events';
import type { PerformanceState } from './state';

/** Ends of a run that say nothing of the value that was tried. */
const undecided = ['vetoed', 'cancelled'];

/** What was measured, or what came of a proposal, means for the agent. */
export function decidePerformance(
  command: PerformanceCommand,
  state: PerformanceState,
  config: PerformanceConfig,
): PerformanceEvent[] {
  switch (command.type) {
    case 'ReportBaseline': {
      const { revision, samples } = command.data;
      return revision === state.revision && !state.baseline ? [{ type: 'BaselineTaken', data: { samples } }] : [];
    }
    case 'ReportComparison':
      if (command.data.revision !== state.revision || state.proposal) return [];
      return compared(command.data.changes, command.time, state, config);
    case 'ReportRun':
      return ended(command, state, config);
    case 'ForgetRejected': {
      const { setting } = command.data;
      if (!state.rejected[setting]) throw new DomainError('not_found', `no value of ${setting} was rejected`);
      return [{ type: 'RejectedForgotten', data: { setting } }];
    }
  }
}

function compared(
  changes: MetricChange[],
  now: string,
  state: PerformanceState,
  config: PerformanceConfig,
): PerformanceEvent[] {
  const worse = changes.filter(({ verdict }) => verdict === 'worse');
  if (worse.length === 0) return state.regressed ? [{ type: 'RegressionOver', data: {} }] : [];
  const detected: PerformanceEvent[] = state.regressed ? [] : [{ type: 'RegressionDetected', data: { changes } }];
  if (config.settings.length === 0 || (state.notBefore !== null && now < state.notBefore)) return detected;
  const next = candidate(state, config);
  if (!next) return state.exhausted ? detected : [...detected, { type: 'ProposalsExhausted', data: { changes } }];
  const because = worse.map(({ metric, change }) => `${metric} ${signed(change)}`).join(', ');
  return [
    ...detected,
    { type: 'ProposalMade', data: { proposal: `proposal-${state.proposals + 1}`, ...next, because } },
  ];
}

/** One step away from what a setting is, within its bounds, and not what was tried in vain. */
function candidate(
  { values, rejected }: PerformanceState,
  { settings }: PerformanceConfig,
): { setting: string; from: number; to: number } | null {
  for (const { name, value, minimum, maximum, step, try: way } of settings) {
    const from = values[name] ?? value;
    const steps = [...(way === 'down' ? [] : [step]), ...(way === 'up' ? [] : [-step])];
    for (const by of steps) {
      const to = Math.min(maximum, Math.max(minimum, rounded(from + by)));
      const known = (rejected[name] ?? []).some((one) => one.from === from && one.to === to);
      if (to !== from && !known) return { setting: name, from, to };
    }
  }
  return null;
}

/** Without what binary fractions add: 0.1 + 0.2 is 0.3. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function ended(
  { data: { issue, run, outcome, error, until }, time }: Extract<PerformanceCommand, { type: 'ReportRun' }>,
  { proposal }: PerformanceState,
  { cooldown }: PerformanceConfig,
): PerformanceEvent[] {
  if (proposal?.id !== issue) return [];
  const { id, ...change } = proposal;
  const facts = { proposal: id, ...change, run };
  if (outcome === 'succeeded') return [{ type: 'ProposalKept', data: facts }];
  const later = new Date(Date.parse(time) + cooldown * 1000).toISOString();
  const notBefore = [later, until ?? ''].sort().at(-1) ?? later;
  const why = error === undefined ? {} : { error };
  const remembered = !undecided.includes(outcome);
  return [{ type: 'ProposalRejected', data: { ...facts, outcome, remembered, notBefore, ...why } }];
}

function signed(change: number): string {
  return `${change > 0 ? '+' : ''}${Math.round(change * 1000) / 10} %`;
}
