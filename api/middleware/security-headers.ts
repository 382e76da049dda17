import type { Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { RequestState } from '../route';

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
};

/** The security headers of every answer. Swagger UI sets styles inline, so `/docs` alone may. */
export function securityHeaders(): Middleware<RequestState> {
  const strict = withPolicy(directives);
  const docs = withPolicy({ ...directives, styleSrc: ["'self'", "'unsafe-inline'"] });
  return (ctx, next) => {
    // Helmet can only set it to 0.
    ctx.set('X-XSS-Protection', '1; mode=block');
    return (ctx.path === '/docs' ? docs : strict)(ctx, next) as Promise<void>;
  };
}

function withPolicy(policy: Record<string, string[]>): Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: policy },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    xFrameOptions: { action: 'deny' },
    xXssProtection: false,
  });
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
