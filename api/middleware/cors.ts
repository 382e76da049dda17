import koaCors from '@koa/cors';
import type { Middleware } from 'koa';
import { apiPrefix, type RequestState } from '../route';

const exposed = [
  ...['X-Request-Id', 'ETag', 'Link', 'Location', 'Retry-After', 'Idempotent-Replayed'],
  ...['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'],
];

/**
 * Lets pages of these origins call the API (`*`: of all). Nothing is sent along that a browser keeps: tokens come in a header.
 * @param codecOrigins may call the codec, and nothing else: Temporal's UI asks from the browser
 */
export function cors(origins: ReadonlySet<string>, codecOrigins: ReadonlySet<string>): Middleware<RequestState> {
  return koaCors({
    origin: (ctx) => {
      const origin = ctx.get('Origin');
      const ofCodec = codecOrigins.has(origin) && ctx.path.startsWith(`${apiPrefix}/codec/`);
      // Without an origin there is nothing to answer; an empty text makes the library pass on.
      return origins.has('*') ? '*' : origins.has(origin) || ofCodec ? origin : '';
    },
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: exposed,
    maxAge: 600,
    keepHeadersOnError: false,
  }) as Middleware<RequestState>;
}
