import { Type } from '@sinclair/typebox';

export const received = Type.Object(
  { received: Type.Integer({ minimum: 0, description: 'Reports of a violated policy in the body.' }) },
  { $id: 'CspReportsReceived', examples: [{ received: 1 }] },
);

/** Browsers differ in what they send, and none of it is refused for its content. */
export const sentReports = Type.Unknown({
  description: 'A report, or an array of reports; at most 64 KiB.',
  examples: [{ 'csp-report': { 'document-uri': 'https://ymera.example/', 'violated-directive': 'script-src' } }],
});
