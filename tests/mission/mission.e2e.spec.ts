import { checkpointing } from './checkpointing';
import { configuration } from './configuration';
import { frontendMetrics } from './frontend-metrics';
import { integration } from './integration';
import { jetStream } from './jetstream';
import { Lab, type Category } from './lab';
import { rateLimiting } from './rate-limiting';
import { securityHeaders } from './security-headers';
import { webSocketBroadcast } from './websocket-broadcast';

/** The eight categories that were asked for, by the names that `npm run test:report` files them under. One stack for all. */
const categories: Record<string, Category> = {
  'rate limiting': rateLimiting,
  'security headers': securityHeaders,
  'websocket broadcast': webSocketBroadcast,
  configuration,
  'frontend metrics': frontendMetrics,
  checkpointing,
  jetstream: jetStream,
  integration,
};

let lab: Lab | undefined;
beforeAll(async () => {
  lab = await Lab.start();
}, 180_000);
afterAll(() => lab?.stop(), 60_000);

jest.setTimeout(60_000);

describe.each(Object.entries(categories))('%s', (_, category) => category(() => lab as Lab));
