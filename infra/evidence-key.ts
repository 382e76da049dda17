import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { keyIdOf, type Signer } from '../actors/core/evidence/signature';
import { ConfigError, type Environment } from './config';

/** The key by which an installation signs evidence. It shows nothing of itself where it is logged. */
export interface SigningKey extends Signer {
  /** 32 bytes. */
  publicKey: Buffer;
}

/** A new Ed25519 key as PEM (PKCS#8): what `openssl genpkey -algorithm ed25519` makes. */
export function generateKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** @throws Error, without any of the text, where it is no Ed25519 key in PEM */
export function signingKeyOf(pem: string): SigningKey {
  const key = privateKeyOf(pem);
  const publicKey = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  return { keyId: keyIdOf(publicKey), publicKey, sign: (text) => sign(null, Buffer.from(text), key) };
}

function privateKeyOf(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // What OpenSSL says of it is of no use to a reader.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error('is no Ed25519 key in PEM (PKCS#8)');
  return key;
}

/**
 * The key of the file that `EVIDENCE_KEY_FILE` names.
 * @throws ConfigError where it is not named, can't be read, or holds no such key
 */
export function requireSigningKey({ EVIDENCE_KEY_FILE: file }: Environment): SigningKey {
  if (file === undefined) {
    throw new ConfigError([
      'EVIDENCE_KEY_FILE: missing: a file with the key that signs evidence (`openssl genpkey -algorithm ed25519`)',
    ]);
  }
  try {
    return signingKeyOf(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError([`EVIDENCE_KEY_FILE: ${code === undefined ? message : `can't be read (${code})`}`]);
  }
}
