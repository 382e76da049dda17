import { BookText, Bot, ChartLine, CirclePlay, ShieldCheck, Stamp, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Permission } from '../api/me';
import { ApprovalCount } from '../features/approvals/approval-count';

export interface Destination {
  label: string;
  path: string;
  icon: LucideIcon;
  /** Who may not, does not see it. */
  demands: Permission;
  /** Beside its label in the side bar: what waits there, live. */
  badge?: ComponentType;
}

/** Where one can go: the side bar and the command palette. */
export const destinations: readonly Destination[] = [
  { label: 'Agents', path: '/agents', icon: Bot, demands: 'agents:read' },
  { label: 'Runs', path: '/runs', icon: CirclePlay, demands: 'runs:read' },
  { label: 'Approvals', path: '/approvals', icon: Stamp, demands: 'approvals:read', badge: ApprovalCount },
  { label: 'Runbooks', path: '/runbooks', icon: BookText, demands: 'runbooks:read' },
  { label: 'Evidence', path: '/evidence', icon: ShieldCheck, demands: 'evidence:verify' },
  { label: 'Dashboards', path: '/dashboards', icon: ChartLine, demands: 'system:read' },
];
