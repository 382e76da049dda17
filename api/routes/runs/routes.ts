import type { Route } from '../../route';
import { answer } from './answer';
import { artifactRoutes } from './artifacts';
import { controlRoutes } from './control';
import { logs } from './logs';
import { runMomentRoutes } from './moments';
import { get, list, rerun, start } from './start';

export const runRoutes: Route[] = [
  list,
  start,
  get,
  logs,
  ...runMomentRoutes,
  ...artifactRoutes,
  ...controlRoutes,
  rerun,
  answer,
];
