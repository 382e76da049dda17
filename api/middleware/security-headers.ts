import type { Context, Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { RequestState } from '../route';

/** Where browsers report what the policy made them refuse; `/api/v1/csp-reports` takes both of their forms. */
const reports = '/api/v1/csp-reports';

/** One policy for all answers, in every environment: Vite serves its own pages while the console is being developed. */
const directives = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  reportUri: [reports],
  reportTo: ['csp'],
};

const koaHelmet = helmet({
  contentSecurityPolicy: { useDefaults: false, directives },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
  referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  xFrameOptions: { action: 'deny' },
  xXssProtection: false,
  // For browsers that are gone.
  xDownloadOptions: false,
  xDnsPrefetchControl: false,
});

/** The security headers of every answer. */
export function securityHeaders(): Middleware<RequestState> {
  // They are the same for all, so Helmet is asked once: a dozen handlers for each request cost more than the rest of a health check.
  let headers: Map<string, string> | undefined;
  return async (ctx, next) => {
    headers ??= new Map(Object.entries(await headersOfEveryAnswer()));
    ctx.res.setHeaders(headers);
    await next();
  };
}

/** What Helmet sets on an answer, and what it can't set. */
export async function headersOfEveryAnswer(): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const res = {
    setHeader: (name: string, value: string) => void (headers[name] = value),
    removeHeader: () => undefined,
  };
  await koaHelmet({ req: {}, res } as unknown as Context, () => Promise.resolve());
  return {
    ...headers,
    'Reporting-Endpoints': `csp="${reports}"`,
    // Helmet can only set it to 0.
    'X-XSS-Protection': '1; mode=block',
  };
}

/** For what is answered before there is a request to speak of: broken HTTP, a refused upgrade. */
export const bareHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-XSS-Protection': '1; mode=block',
} as const;
