import type { Static } from '@sinclair/typebox';
import type { FieldError } from '../../../actors/core/errors';
import { vitalNames, type VitalSample } from '../../../projections/queries/web-vitals';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { vitalAccepted, vitalsQuery, vitalSample, vitalSummaries } from './frontend-schema';
import { pageOf } from './page-of';
import { checkPoints, spanOf } from './span';

const tag = 'metrics';
const oldestMs = 86_400_000;
/** How far a browser's clock may be ahead. */
const aheadMs = 300_000;
const mostShift = 100;

const report = route({
  method: 'post',
  path: '/metrics/frontend',
  operationId: 'reportWebVital',
  permission: 'public',
  tag,
  summary: 'One web vital that a browser has measured',
  description:
    'For pages of the console, also before anybody has signed in. With `sendBeacon`, send a `Blob` of type `application/json`: a plain ' +
    'text is not taken. It is a sample: while the database is away it is answered all the same, and dropped.',
  body: vitalSample,
  responses: { 202: { description: 'It will be stored within seconds.', schema: vitalAccepted } },
  problems: ['invalid_vital'],
  handler({ body, client, deps: { publicOrigins, vitals } }) {
    const { url, origin } = placeOf(body.url);
    const time = new Date(body.timestamp);
    const faults = [
      ...(url === null || (origin !== client.origin && !publicOrigins.has(origin))
        ? [{ pointer: '/url', message: 'is no page of this server' }]
        : []),
      ...timeFaults(time),
      ...(body.name === 'CLS' && body.value > mostShift
        ? [{ pointer: '/value', message: 'is too large for CLS' }]
        : []),
    ];
    if (url === null || faults.length > 0) throw new Problem('invalid_vital', undefined, faults);
    vitals.add(sampleOf(body, time, pageOf(url.pathname)));
    return Promise.resolve({ status: 202, body: { accepted: true } });
  },
});

/** Credentials of a URL are no part of its origin; what has any is no page. */
function placeOf(text: string): { url: URL | null; origin: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || url.username !== '' || url.password !== ''
    ? { url: null, origin: '' }
    : { url, origin: url.origin };
}

function timeFaults(time: Date): FieldError[] {
  const age = Date.now() - time.getTime();
  if (age > oldestMs) return [{ pointer: '/timestamp', message: 'is more than a day ago' }];
  return age >= -aheadMs ? [] : [{ pointer: '/timestamp', message: 'is yet to come' }];
}

function sampleOf(body: Static<typeof vitalSample>, time: Date, page: string): VitalSample {
  const { name, value, rating, sessionId, id } = body;
  return { time, name, page, value, rating, sessionId, sampleId: id };
}

const summarise = route({
  method: 'get',
  path: '/metrics/frontend',
  operationId: 'getWebVitals',
  permission: 'system:read',
  tag,
  summary: 'Web vitals: counts, quantiles and shares of ratings by name, page and time',
  query: vitalsQuery,
  responses: { 200: { description: 'As far as they are kept: `VITALS_RETENTION_DAYS`.', schema: vitalSummaries } },
  problems: ['invalid_span', 'unavailable'],
  async handler({ query: { name, page, step = null, pages, limit, ...asked }, deps }) {
    const span = spanOf(asked);
    const together = pages === 'together';
    const each = (name ? 1 : vitalNames.length) * (together || page !== undefined ? 1 : limit);
    if (step !== null) checkPoints(span, step, each);
    const { from, to } = span;
    const filter = { ...(name ? { name } : {}), ...(page === undefined ? {} : { page }) };
    const vitals = await deps.vitals.summarise({ ...filter, from, to, step, together, limit });
    return { body: { from: from.toISOString(), to: to.toISOString(), step, vitals } };
  },
});

export const frontendRoutes: Route[] = [report, summarise];
