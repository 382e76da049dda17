import type Koa from 'koa';
import { bareHeaders } from './middleware/security-headers';
import { Problem } from './problem';
import type { RequestState } from './route';

/**
 * What the problem exit can't catch: a body that can't be written as JSON, or a fault of a middleware outside of it.
 * Koa would take all headers away and answer with plain text.
 */
export function answerLastResort(app: Koa<RequestState>): void {
  app.context.onerror = function (this: Koa.Context, error: Error | null) {
    if (!error) return;
    this.app.emit('error', error, this);
    if (this.headerSent || !this.writable) return;
    for (const name of this.res.getHeaderNames()) this.res.removeHeader(name);
    const problem = new Problem('internal_error');
    const body = JSON.stringify(problem.body());
    this.res.writeHead(problem.status, {
      ...bareHeaders,
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    this.res.end(body);
  };
}
