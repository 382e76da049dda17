import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Environment } from './config';

/** What an HTTPS server is made of. */
export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
  minVersion: 'TLSv1.2';
}

/**
 * The certificate and the key that the environment names, undefined where it names none.
 * @throws ConfigError where a file can't be read, is no PEM, or the two do not belong together
 */
export function tlsOf({ TLS_CERT, TLS_KEY }: Environment): TlsFiles | undefined {
  if (TLS_CERT === undefined || TLS_KEY === undefined) return undefined;
  const files = { cert: read('TLS_CERT', TLS_CERT), key: read('TLS_KEY', TLS_KEY), minVersion: 'TLSv1.2' as const };
  try {
    createSecureContext(files);
    return files;
  } catch {
    throw new ConfigError(['TLS_CERT and TLS_KEY: not a certificate and its key in PEM']);
  }
}

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError([`${name}: the file can not be read (${(error as NodeJS.ErrnoException).code})`]);
  }
}
