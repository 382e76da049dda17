import { Readable } from 'node:stream';

/** First bytes of a file that age has made. */
const sealedStart = Buffer.from('age-encryption.org/');

/** A passphrase is missing, or is not the one that the file was sealed with. */
export class SealError extends Error {
  readonly code = 'sealed';
}

/** Encrypts a stream with a passphrase, in the format of age (age-encryption.org): `age -d` opens it too. */
export async function sealed(content: Readable, passphrase: string): Promise<Readable> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const stream = await encrypter.encrypt(Readable.toWeb(content) as unknown as globalThis.ReadableStream<Uint8Array>);
  return Readable.fromWeb(stream);
}

export function isSealed(start: Buffer): boolean {
  return start.subarray(0, sealedStart.length).equals(sealedStart);
}

/** @throws SealError where the passphrase is another one; what was altered or cut makes the stream fail */
export async function opened(content: Readable, passphrase: string): Promise<Readable> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    const stream = await decrypter.decrypt(Readable.toWeb(content) as unknown as globalThis.ReadableStream<Uint8Array>);
    return Readable.fromWeb(stream);
  } catch (error) {
    throw new SealError('BACKUP_PASSPHRASE does not open the file', { cause: error });
  }
}
