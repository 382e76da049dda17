import type { Route } from '../route';
import { agentRoutes } from './agents/routes';
import { authRoutes } from './auth/routes';
import { commandRoutes } from './commands/routes';
import { configRoutes } from './config/routes';
import { eventRoutes } from './events/routes';
import { kindRoutes } from './kinds/routes';
import { openApiRoute } from './system/openapi';
import { systemRoutes } from './system/routes';

const described: readonly Route[] = [
  ...authRoutes,
  ...kindRoutes,
  ...agentRoutes,
  ...configRoutes,
  ...commandRoutes,
  ...eventRoutes,
  ...systemRoutes,
];

/** Every call under `/api/v1`. The only such list. */
export const routes: readonly Route[] = [...described, openApiRoute(described)];
