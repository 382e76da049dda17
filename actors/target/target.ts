import type { AgentKind } from '../core/kind';
import { targetCommands, type TargetCommand } from './commands';
import { targetConfig, type TargetConfig } from './config';
import { decideTarget, targetAlarm } from './decider';
import { targetEffects } from './effects';
import { targetEvents, type TargetEvent } from './events';
import { evolveTarget, newTarget, type TargetState } from './state';

/** The lock of one real thing, and the memory of the runs that had it. Its id is `targetAgentId(key)`. */
export const target: AgentKind<TargetState, TargetCommand, TargetEvent, TargetConfig> = {
  name: 'target',
  title: 'Target',
  description: 'The lock of one real thing that runs touch: who holds it, who waits for it, and who had it.',
  internal: true,
  config: targetConfig,
  commands: targetCommands,
  events: targetEvents,
  initialState: () => newTarget,
  decide: decideTarget,
  evolve: evolveTarget,
  effects: targetEffects,
  alarm: targetAlarm,
  checkpoint: ({ slots, holders, queue }) => ({
    slots,
    holders: holders.map(({ owner }) => owner),
    waiting: queue.length,
  }),
};
