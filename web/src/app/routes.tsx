import { createBrowserRouter, Navigate } from 'react-router';
import { RouteFault } from './route-fault';
import { SessionGate } from './session-gate';

/** Every page by its address. A page's code comes when it is first asked for. */
export const router = createBrowserRouter([
  {
    path: '/',
    element: <SessionGate />,
    hydrateFallbackElement: <></>,
    errorElement: <RouteFault />,
    children: [
      { index: true, element: <Navigate to="/agents" replace /> },
      {
        errorElement: <RouteFault />,
        children: [
          { path: 'agents', lazy: () => import('../features/agents/agents-page') },
          { path: 'runs', lazy: () => import('../features/runs/runs-page') },
          { path: 'runs/new', lazy: () => import('../features/runs/new-run-page') },
          { path: 'runs/compare', lazy: () => import('../features/runs/compare-page') },
          { path: 'runs/schedules', lazy: () => import('../features/runs/schedules-page') },
          { path: 'runs/locks', lazy: () => import('../features/runs/locks-page') },
          {
            path: 'runs/:id',
            lazy: () => import('../features/runs/run-page'),
            children: [
              { index: true, lazy: () => import('../features/runs/graph-tab') },
              { path: 'timeline', lazy: () => import('../features/runs/timeline-tab') },
              { path: 'logs', lazy: () => import('../features/runs/logs-tab') },
              { path: 'data', lazy: () => import('../features/runs/data-tab') },
            ],
          },
          { path: 'approvals', lazy: () => import('../features/approvals/approvals-page') },
          { path: 'runbooks', lazy: () => import('../features/runbooks/runbooks-page') },
          { path: 'runbooks/new', lazy: () => import('../features/runbooks/new-runbook-page') },
          {
            path: 'runbooks/:name',
            lazy: () => import('../features/runbooks/runbook-page'),
            children: [
              { index: true, lazy: () => import('../features/runbooks/source-tab') },
              { path: 'versions', lazy: () => import('../features/runbooks/versions-tab') },
            ],
          },
          { path: 'agents/:id/time', lazy: () => import('../features/time-machine/time-page') },
          { path: 'runs/:id/time', lazy: () => import('../features/time-machine/time-page') },
          { path: 'agents/:id/evidence', lazy: () => import('../features/evidence/agent-evidence-page') },
          { path: 'evidence', lazy: () => import('../features/evidence/evidence-page') },
          { path: 'evidence/verifications/:id', lazy: () => import('../features/evidence/verification-page') },
          { path: 'dashboards', element: <Navigate to="/dashboards/system" replace /> },
          { path: 'dashboards/:board', lazy: () => import('../features/dashboards/board-page') },
          { path: 'agents/new', lazy: () => import('../features/agents/new-agent-page') },
          {
            path: 'agents/:id',
            lazy: () => import('../features/agents/agent-page'),
            children: [
              { index: true, lazy: () => import('../features/agents/overview/overview-tab') },
              { path: 'runs', lazy: () => import('../features/agents/runs-tab') },
              { path: 'config', lazy: () => import('../features/config/config-tab') },
              { path: 'history', lazy: () => import('../features/agents/history/history-tab') },
            ],
          },
          { path: '*', lazy: () => import('./no-such-page') },
        ],
      },
    ],
  },
]);
