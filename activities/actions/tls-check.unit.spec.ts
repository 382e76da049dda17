import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { codeOf, outputOf, stepHarness, type StepHarness } from '../_util/step-harness';

const openssl = async (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args);

let harness: StepHarness;
let server: Server;
let port: number;
let pem: string;
let certificate: string;
beforeAll(async () => {
  harness = await stepHarness();
  certificate = join(harness.root, 'certificate.pem');
  const key = join(harness.root, 'key.pem');
  const names = 'subjectAltName=DNS:web.test,IP:127.0.0.1';
  const made = [
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '10',
    '-subj',
    '/O=Ymera/CN=web.test',
    '-addext',
    names,
  ];
  await openssl('req', ...made, '-keyout', key, '-out', certificate);
  pem = await readFile(certificate, 'utf8');
  server = createServer({ key: await readFile(key), cert: pem }, (socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await harness.end();
});

const check = (given: object): ReturnType<StepHarness['perform']> =>
  harness.perform({ action: 'tls.check', with: { ...given } });
const ofServer = (given: object = {}): ReturnType<StepHarness['perform']> =>
  check({ host: '127.0.0.1', port, ...given });

describe('tls.check of a server', () => {
  it('tells all about a certificate that is trusted', async () => {
    expect(outputOf(await ofServer({ ca: pem }))).toEqual({
      ok: true,
      error: null,
      days_left: 9,
      subject: 'O=Ymera, CN=web.test',
      issuer: 'O=Ymera, CN=web.test',
      names: ['DNS:web.test', 'IP Address:127.0.0.1'],
      not_before: expect.stringMatching(/Z$/) as unknown,
      not_after: expect.stringMatching(/Z$/) as unknown,
    });
  });
  it('tells as much about one that is not, and fails', async () => {
    const result = await ofServer();
    expect(result).toMatchObject({ error: { code: 'check_failed' }, output: { ok: false, days_left: 9 } });
    expect(outputOf(await ofServer({ fail: false }))['error']).toContain('not trusted');
  });
  it('looks at the name that is asked for', async () => {
    expect((await ofServer({ ca: pem, servername: 'web.test' })).status).toBe('succeeded');
    expect(codeOf(await ofServer({ ca: pem, servername: 'other.test' }))).toBe('check_failed');
  });
  it('fails where it ends too soon, or nobody answers', async () => {
    expect(codeOf(await ofServer({ ca: pem, min_days: 30 }))).toBe('check_failed');
    expect(codeOf(await check({ host: '127.0.0.1', port: 1 }))).toBe('unreachable');
  });
});

describe('tls.check of a file', () => {
  it('tells when it ends', async () => {
    expect(outputOf(await check({ file: certificate }))).toMatchObject({ ok: true, days_left: 9 });
    expect(codeOf(await check({ file: certificate, min_days: 30 }))).toBe('check_failed');
  });
  it('refuses what is none, or not to be read', async () => {
    await writeFile(join(harness.root, 'other.pem'), 'nothing of the kind');
    expect(codeOf(await check({ file: join(harness.root, 'other.pem') }))).toBe('not_a_certificate');
    expect(codeOf(await check({ file: '/etc/hostname' }))).toBe('not_allowed');
    expect(codeOf(await check({}))).toBe('invalid_input');
    expect(codeOf(await check({ file: certificate, host: 'a' }))).toBe('invalid_input');
  });
});
