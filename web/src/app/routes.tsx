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
          { path: 'agents/:id/evidence', lazy: () => import('../features/evidence/agent-evidence-page') },
          { path: 'evidence', lazy: () => import('../features/evidence/evidence-page') },
          { path: 'evidence/verifications/:id', lazy: () => import('../features/evidence/verification-page') },
          { path: 'dashboards', element: <Navigate to="/dashboards/system" replace /> },
          { path: 'dashboards/:board', lazy: () => import('../features/dashboards/board-page') },
          { path: '*', lazy: () => import('./no-such-page') },
        ],
      },
    ],
  },
]);
