import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../tests/_util/certificate';
import { parseEnvironment } from './config';
import { tlsOf } from './tls';

describe('the certificate of the API', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-tls-'));
  const made: { cert: string; key: string }[] = [];
  beforeAll(async () => {
    made.push(await makeCertificate(dir, 'one'), await makeCertificate(dir, 'two'));
    writeFileSync(join(dir, 'text'), 'no PEM');
  }, 30_000);
  afterAll(() => rmSync(dir, { recursive: true }));
  const tls = (TLS_CERT?: string, TLS_KEY?: string) =>
    tlsOf(parseEnvironment({ ...(TLS_CERT ? { TLS_CERT } : {}), ...(TLS_KEY ? { TLS_KEY } : {}) }));

  it('is read with its key, for TLS 1.2 and newer', () => {
    expect(tls()).toBeUndefined();
    expect(tls(made[0]?.cert, made[0]?.key)?.minVersion).toBe('TLSv1.2');
  });

  it.each<[string, () => unknown, string]>([
    ['is not there', () => tls(join(dir, 'nowhere'), made[0]?.key), 'TLS_CERT: the file can not be read (ENOENT)'],
    ['is none', () => tls(join(dir, 'text'), made[0]?.key), 'TLS_CERT and TLS_KEY: not a certificate'],
    ['has another key', () => tls(made[0]?.cert, made[1]?.key), 'TLS_CERT and TLS_KEY: not a certificate'],
  ])('that %s is told', (_, read, message) => {
    expect(read).toThrow(message);
  });
});
