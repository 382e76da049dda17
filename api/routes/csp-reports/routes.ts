import { decodeUtf8, jsonOf } from '../../middleware/json-body';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { received, sentReports } from './schema';
import { violationsIn } from './violations';

const types = ['application/csp-report', 'application/reports+json'];
const mostBytes = 64 * 1024;

const report = route({
  method: 'post',
  path: '/csp-reports',
  operationId: 'reportCspViolations',
  tag: 'system',
  summary: 'What a browser refused because of the content security policy',
  description: 'For browsers, which send it by themselves. Counted and logged.',
  permission: 'public',
  rawBody: sentReports,
  rawTypes: types,
  responses: { 200: { description: 'Counted.', schema: received } },
  problems: [
    'unsupported_media_type',
    'body_required',
    'body_too_large',
    'malformed_request',
    'malformed_json',
    'invalid_encoding',
    'json_too_deep',
    'forbidden_key',
  ],
  async handler({ raw, deps: { metrics, logger } }) {
    const type = raw.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const bytes = await raw.read(mostBytes);
    if (bytes.length === 0) throw new Problem('body_required');
    if (!types.includes(type)) throw new Problem('unsupported_media_type', `reports are ${types.join(' or ')}`);
    const violations = violationsIn(jsonOf(decodeUtf8(bytes)));
    for (const violation of violations) {
      metrics.cspReports.inc({ directive: violation.directive });
      logger.warn(violation, 'csp: a page broke the policy');
    }
    return { body: { received: violations.length } };
  },
});

export const cspReportRoutes: Route[] = [report];
