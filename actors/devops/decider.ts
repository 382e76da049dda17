import type { DevopsCommand } from './commands';
import { settled, type DevopsConfig, type SettledConfig } from './config';
import { alertsReported } from './decide-alerts';
import { acknowledged, deliveryReported, snoozed } from './decide-issue';
import { ended } from './decide-remediation';
import { alarmed, down, flapping, maintenanceReported, up } from './decide-watch';
import type { DevopsEvent } from './events';
import { decideSources, isOfSource, sourceRunEnded } from './sources';
import type { DevopsState } from './state';

/**
 * What a command means for the agent. Reports about a target that the config has dropped, or that say what is known already,
 * mean nothing: a watch that was restarted reports again.
 */
export function decideDevops(command: DevopsCommand, state: DevopsState, given: DevopsConfig): DevopsEvent[] {
  const config = settled(given);
  switch (command.type) {
    case 'Alarm':
      return alarmed(command.time, state, config);
    case 'ReportAlerts':
      return alertsReported(command.data, command.time, state, config);
    case 'ReportMaintenance':
      return maintenanceReported(command.data, command.time, state, config);
    case 'ReportFinding':
    case 'ReportHeads':
      return decideSources(command, state.sources, config);
    case 'ReportDelivery':
      return deliveryReported(command.data);
    case 'AcknowledgeIssue':
      return acknowledged(command, state);
    case 'SnoozeIssue':
      return snoozed(command, state);
    case 'ReportDown':
    case 'ReportUp':
    case 'ReportFlapping':
    case 'ReportRun':
      return reported(command, state, config);
  }
}

type Report = Extract<DevopsCommand, { type: 'ReportDown' | 'ReportUp' | 'ReportFlapping' | 'ReportRun' }>;

function reported(command: Report, state: DevopsState, config: SettledConfig): DevopsEvent[] {
  if (command.type === 'ReportRun' && isOfSource(command.data)) return sourceRunEnded(command.data, config);
  const target = config.targets.find(({ name }) => name === command.data.target);
  const known = state.targets[command.data.target];
  if (!target || !known) return [];
  if (command.type === 'ReportRun') return ended(command.data, command.time, target, known);
  if (command.data.revision !== state.revision) return [];
  switch (command.type) {
    case 'ReportDown':
      return down(command.data, command.time, target, state, config);
    case 'ReportUp':
      return up(command.data, known);
    case 'ReportFlapping':
      return flapping(command.data, target, known, config);
  }
}
