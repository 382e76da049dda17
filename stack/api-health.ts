import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { once } from 'node:events';

const answerMs = 2_000;

/**
 * Resolves when the API of this machine answers `/healthz`. Its certificate is for the names that others know it by, so it is
 * not checked here, where the address is the loopback's.
 * @throws Error with what came instead
 */
export async function apiIsHealthy(port: number, tls: boolean): Promise<void> {
  const options = { host: '127.0.0.1', port, path: '/healthz', agent: false, signal: AbortSignal.timeout(answerMs) };
  const request = tls ? getHttps({ ...options, rejectUnauthorized: false }) : getHttp(options);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200) throw new Error(`/healthz answered ${response.statusCode}`);
}
