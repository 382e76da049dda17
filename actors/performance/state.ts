import type { Recorded } from '../core/event';
import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import type { Samples } from './compare';
import type { PerformanceConfig } from './config';
import type { PerformanceEvent } from './events';

export interface PerformanceState {
  /** Sequence of the event that the present orders of measuring follow from. */
  revision: number;
  /** What is normal; null while it is to be measured. */
  baseline: Samples | null;
  regressed: boolean;
  /** Nothing is left that could be proposed. */
  exhausted: boolean;
  /** Each setting as it is now. */
  values: Record<string, number>;
  /** What is being tried. */
  proposal: { id: string; setting: string; from: number; to: number } | null;
  /** Names the next proposal. */
  proposals: number;
  /** Values that did not help, by setting, with what the setting was then: the same change is not proposed again. */
  rejected: Record<string, { from: number; to: number }[]>;
  /** No proposal before that; ISO 8601, or null. */
  notBefore: string | null;
}

export const initialPerformance: PerformanceState = {
  revision: 0,
  baseline: null,
  regressed: false,
  exhausted: false,
  values: {},
  proposal: null,
  proposals: 0,
  rejected: {},
  notBefore: null,
};

/** Rejected values that are kept in mind for one setting. */
const mostRejected = 100;

/** The state after one more event. */
export function evolvePerformance(
  state: PerformanceState,
  event: Recorded<PerformanceEvent> | LifecycleEvent,
): PerformanceState {
  if (isLifecycleEvent(event)) return evolveLifecycle(state, event);
  const revision = event.sequence;
  switch (event.type) {
    case 'BaselineTaken':
      return { ...state, revision, baseline: event.data.samples };
    case 'RegressionDetected':
      return { ...state, regressed: true };
    case 'RegressionOver':
      return { ...state, regressed: false, exhausted: false };
    case 'ProposalMade': {
      const { proposal: id, setting, from, to } = event.data;
      return { ...state, revision, proposal: { id, setting, from, to }, proposals: state.proposals + 1 };
    }
    case 'ProposalKept': {
      const { setting, to } = event.data;
      const values = { ...state.values, [setting]: to };
      return { ...state, revision, proposal: null, values, baseline: null, regressed: false, exhausted: false };
    }
    case 'ProposalRejected': {
      const { setting, from, to, remembered, notBefore } = event.data;
      const before = state.rejected[setting] ?? [];
      const rejected = remembered
        ? { ...state.rejected, [setting]: [...before, { from, to }].slice(-mostRejected) }
        : state.rejected;
      return { ...state, revision, proposal: null, rejected, notBefore };
    }
    case 'ProposalsExhausted':
      return { ...state, exhausted: true };
    case 'RejectedForgotten': {
      const { [event.data.setting]: _, ...rejected } = state.rejected;
      return { ...state, rejected, exhausted: false };
    }
  }
}

/** Another config may measure other things: what is normal is measured anew. What was rejected stays so. */
function evolveLifecycle(state: PerformanceState, event: LifecycleEvent): PerformanceState {
  if (event.type === 'AgentStopped') return state;
  const { settings } = event.data.config as PerformanceConfig;
  const values = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  return { ...state, revision: event.sequence, baseline: null, regressed: false, exhausted: false, values };
}
