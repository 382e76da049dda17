import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { EncryptionKey } from '../../infra/encryption-keys';

const { Payload: PayloadMessage } = temporal.api.common.v1;
const algorithm = 'aes-256-gcm';
/** `encoding` of a payload that is encrypted. */
export const encrypted = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const ivBytes = 12;
const tagBytes = 16;

/** Why a payload can't be read. It names the id of a key, and nothing of the key itself or of the payload. */
export class DecryptionError extends Error {
  constructor(
    readonly code: 'unknown_encryption_key' | 'payload_altered',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DecryptionError';
  }
}

/**
 * Encrypts whole payloads, their metadata included, by AES-256-GCM: the data of what comes out is
 * `IV (12 bytes) | ciphertext | tag (16 bytes)`, and the id of the key, which the tag vouches for too, is in its metadata.
 * The first key encrypts, all of them decrypt. Without a key it encrypts nothing, and still says what it can't read.
 */
export class EncryptionCodec implements PayloadCodec {
  private readonly keys: ReadonlyMap<string, EncryptionKey>;
  private readonly first: EncryptionKey | undefined;

  constructor(keys: readonly EncryptionKey[]) {
    this.keys = new Map(keys.map((key) => [key.id, key]));
    this.first = keys[0];
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const { first } = this;
    return first ? payloads.map((payload) => encrypt(payload, first)) : payloads;
  }

  /** What is not encrypted passes as it is: it is from before encryption was switched on. @throws DecryptionError */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.decrypt(payload) : payload));
  }

  private decrypt(payload: Payload): Payload {
    const id = text(payload.metadata?.[keyIdField]);
    const known = this.keys.get(id);
    if (!known) {
      const message = `a payload is encrypted by key ${JSON.stringify(id)}, which YMERA_ENCRYPTION_KEY does not hold`;
      throw new DecryptionError('unknown_encryption_key', message);
    }
    try {
      return PayloadMessage.decode(open(payload.data ?? new Uint8Array(), known));
    } catch (cause) {
      const message = `a payload encrypted by key ${JSON.stringify(id)} was altered, or the key is another one of that id`;
      throw new DecryptionError('payload_altered', message, { cause });
    }
  }
}

function encrypt(payload: Payload, { id, key }: EncryptionKey): Payload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
  const sealed = cipher.update(PayloadMessage.encode(payload).finish());
  const data = Buffer.concat([iv, sealed, cipher.final(), cipher.getAuthTag()]);
  return { metadata: { [METADATA_ENCODING_KEY]: Buffer.from(encrypted), [keyIdField]: Buffer.from(id) }, data };
}

function open(data: Uint8Array, { id, key }: EncryptionKey): Buffer {
  const end = data.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, data.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(id)).setAuthTag(data.subarray(end));
  return Buffer.concat([decipher.update(data.subarray(ivBytes, end)), decipher.final()]);
}

export function isEncrypted({ metadata }: Payload): boolean {
  return text(metadata?.[METADATA_ENCODING_KEY]) === encrypted;
}

function text(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes).toString('utf8') : '';
}
