import { Bot, ChartLine, ShieldCheck, type LucideIcon } from 'lucide-react';
import type { Permission } from '../api/me';

export interface Destination {
  label: string;
  path: string;
  icon: LucideIcon;
  /** Who may not, does not see it. */
  demands: Permission;
}

/** Where one can go: the side bar and the command palette. */
export const destinations: readonly Destination[] = [
  { label: 'Agents', path: '/agents', icon: Bot, demands: 'agents:read' },
  { label: 'Evidence', path: '/evidence', icon: ShieldCheck, demands: 'evidence:verify' },
  { label: 'Dashboards', path: '/dashboards', icon: ChartLine, demands: 'system:read' },
];
