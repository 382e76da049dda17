import type { AgentKind } from '../core/kind';
import { devopsCommands, type DevopsCommand } from './commands';
import { checkDevopsConfig, devopsConfig, type DevopsConfig } from './config';
import { decideDevops } from './decider';
import { devopsEffects } from './effects';
import { devopsEvents, type DevopsEvent } from './events';
import { devopsHealth } from './health';
import { devopsAlarm, evolveDevops, forkDevops, type DevopsState } from './state';

/** Watches services, detects that one fails, and brings it back within what its config allows. */
export const devops: AgentKind<DevopsState, DevopsCommand, DevopsEvent, DevopsConfig> = {
  name: 'devops',
  title: 'DevOps agent',
  description: 'Watches services, detects that one fails, and brings it back within what its config allows.',
  config: devopsConfig,
  commands: devopsCommands,
  events: devopsEvents,
  initialState: () => ({ targets: {}, issues: 0, revision: 0 }),
  decide: decideDevops,
  evolve: evolveDevops,
  checkConfig: checkDevopsConfig,
  effects: devopsEffects,
  fork: forkDevops,
  alarm: devopsAlarm,
  health: devopsHealth,
  checkpoint: ({ targets }) => ({
    failing: Object.keys(targets).filter((name) => targets[name]?.health.status === 'failing'),
  }),
};
