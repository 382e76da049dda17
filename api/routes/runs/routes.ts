import type { Route } from '../../route';
import { answer } from './answer';
import { artifactRoutes } from './artifacts';
import { controlRoutes } from './control';
import { logs } from './logs';
import { get, list, rerun, start } from './start';

export const runRoutes: Route[] = [list, start, get, logs, ...artifactRoutes, ...controlRoutes, rerun, answer];
