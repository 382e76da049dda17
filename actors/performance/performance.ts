import type { AgentKind } from '../core/kind';
import { checkPerformanceConfig, performanceConfig, type PerformanceConfig } from './config';
import { decidePerformance } from './decider';
import { performanceEffects } from './effects';
import { performanceCommands, performanceEvents, type PerformanceCommand, type PerformanceEvent } from './events';
import { evolvePerformance, initialPerformance, type PerformanceState } from './state';

/** Knows what is normal, sees that something became slower or dearer, and tries settings that people agree to. */
export const performance: AgentKind<PerformanceState, PerformanceCommand, PerformanceEvent, PerformanceConfig> = {
  name: 'performance',
  title: 'Performance agent',
  description:
    'Knows what is normal, sees that something became slower or dearer, and tries settings that people agree to.',
  config: performanceConfig,
  commands: performanceCommands,
  events: performanceEvents,
  initialState: () => initialPerformance,
  decide: decidePerformance,
  evolve: evolvePerformance,
  checkConfig: checkPerformanceConfig,
  effects: performanceEffects,
  fork: (state) => ({ ...state, proposal: null }),
  health: ({ baseline, regressed, proposal }) => ({
    status: regressed ? 'degraded' : baseline === null ? 'unknown' : 'well',
    targets: 0,
    failing: 0,
    mending: proposal === null ? 0 : 1,
  }),
  checkpoint: ({ regressed, proposal }) => ({ regressed, proposal }),
};
