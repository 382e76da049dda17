import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { distDir } from '../../infra/paths';
import { makeCertificate } from '../_util/certificate';
import { startTestStack, type TestStack } from '../_util/stack';

describe('TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-certificate-'));
  let stack: TestStack;
  let ca: Buffer;
  beforeAll(async () => {
    const { cert, key } = await makeCertificate(dir);
    ca = readFileSync(cert);
    stack = await startTestStack({ env: { TLS_CERT: cert, TLS_KEY: key } });
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
    rmSync(dir, { recursive: true });
  }, 60_000);

  async function send(method: string, path: string, body?: object) {
    const outgoing = request(`${stack.file.api}${path}`, {
      method,
      ca,
      headers: { 'content-type': 'application/json' },
    });
    outgoing.end(body && JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: JSON.parse(text) as { access_token?: string },
    };
  }

  it('is what the stack says it speaks', () => {
    expect(stack.output).toMatch(/^ready https:\/\/127\.0\.0\.1:\d+$/m);
    expect(stack.file.console).toMatch(/^https:/);
    expect(stack.file.ws).toMatch(/^wss:.*\/ws$/);
  });

  it('carries requests and WebSockets, for those who know the certificate', async () => {
    const { status, headers, body } = await send('POST', '/api/v1/auth/login', stack.file.credentials);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000; includeSubDomains' });
    const options = { ca, origin: stack.file.api, headers: { authorization: `Bearer ${body.access_token}` } };
    const socket = new WebSocket(stack.file.ws, options);
    await once(socket, 'open');
    socket.terminate();
    const another = new WebSocket(stack.file.ws, { ...options, origin: stack.file.api.replace('https', 'http') });
    const [error] = (await once(another, 'error')) as [Error];
    expect(error.message).toContain('403');
    await expect(fetch(`${stack.file.api}/healthz`)).rejects.toThrow();
  });

  it('is never older than 1.2', async () => {
    const port = Number(new URL(stack.file.api).port);
    const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const old = connect({ port, host: '127.0.0.1', ca, ...versions });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version/);
    old.destroy();
  });

  it.each([
    [{ TLS_CERT: 'cert.pem' }, 'TLS_CERT and TLS_KEY: one is not without the other'],
    [{ TLS_CERT: '/nowhere/cert.pem', TLS_KEY: '/nowhere/key.pem' }, 'TLS_CERT: the file can not be read'],
  ])('that is half configured ends `npm start` with 2: %j', (env, message) => {
    const script = join(distDir, 'stack.js');
    const ended = spawnSync(process.execPath, [script], { env: { ...process.env, YMERA_HOME: dir, ...env } });
    expect(ended.status).toBe(2);
    expect(ended.stderr.toString()).toContain(message);
  });
});
