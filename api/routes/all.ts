import type { Route } from '../route';
import { actionRoutes } from './actions/routes';
import { agentRoutes } from './agents/routes';
import { apiKeyRoutes } from './api-keys/routes';
import { approvalRoutes } from './approvals/routes';
import { authRoutes } from './auth/routes';
import { codecRoutes } from './codec/routes';
import { commandRoutes } from './commands/routes';
import { checkpointRoutes } from './evidence/checkpoints';
import { configRoutes } from './config/routes';
import { configTemplateRoutes } from './config-templates/routes';
import { cspReportRoutes } from './csp-reports/routes';
import { verificationRoutes } from './evidence/verify';
import { eventRoutes } from './events/routes';
import { keepingRoutes } from './evidence/keeping';
import { rebuildRoutes } from './evidence/rebuild';
import { exportRoutes } from './evidence/export';
import { stream } from './evidence/stream';
import { hookRoutes } from './hooks/routes';
import { kindRoutes } from './kinds/routes';
import { lockRoutes } from './locks/routes';
import { frontendRoutes } from './metrics/frontend';
import { seriesRoutes } from './metrics/series';
import { runbookRoutes } from './runbooks/routes';
import { runRoutes } from './runs/routes';
import { scheduleRoutes } from './schedules/routes';
import { openApiRoute } from './system/openapi';
import { systemRoutes } from './system/routes';
import { userRoutes } from './users/routes';

const described: readonly Route[] = [
  ...authRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...kindRoutes,
  ...agentRoutes,
  ...configRoutes,
  ...configTemplateRoutes,
  ...commandRoutes,
  ...eventRoutes,
  ...keepingRoutes,
  ...rebuildRoutes,
  ...exportRoutes,
  stream,
  ...actionRoutes,
  ...runbookRoutes,
  ...runRoutes,
  ...approvalRoutes,
  ...lockRoutes,
  ...scheduleRoutes,
  ...hookRoutes,
  ...verificationRoutes,
  ...codecRoutes,
  ...checkpointRoutes,
  ...systemRoutes,
  ...frontendRoutes,
  ...seriesRoutes,
  ...cspReportRoutes,
];

/** Every call under `/api/v1`. The only such list. */
export const routes: readonly Route[] = [...described, openApiRoute(described)];
