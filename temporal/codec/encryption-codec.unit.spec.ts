import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { parseEncryptionKeys, type EncryptionKey } from '../../infra/encryption-keys';
import { EncryptionCodec } from './encryption-codec';

const secrets = { old: randomBytes(32).toString('base64'), new: randomBytes(32).toString('base64') };
const keys = (list: string): EncryptionKey[] => parseEncryptionKeys(list) as EncryptionKey[];
const oldKey = `old:${secrets.old}`;
const newKey = `new:${secrets.new}`;
const codecOf = (list: string): EncryptionCodec => new EncryptionCodec(keys(list));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload | undefined): unknown =>
  defaultPayloadConverter.fromPayload<unknown>(payload as Payload);
const metadata = (payload: Payload, name: string): string => Buffer.from(payload.metadata?.[name] ?? []).toString();

async function sealed(value: unknown, codec = codecOf(oldKey)): Promise<Payload> {
  return (await codec.encode([payloadOf(value)]))[0] as Payload;
}

/** The payload with one bit of its data turned over. */
function bent({ metadata, data }: Payload, at: number): Payload {
  const bytes = Buffer.from(data as Uint8Array);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] as number) ^ 1;
  return { metadata, data: bytes };
}

describe('the encryption codec', () => {
  it.each([
    ['an object', { marker: 'm4rker', list: [1, 2] }],
    ['a text', 'm4rker'],
    ['nothing', undefined],
    ['null', null],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['a large text', 'm4rker'.repeat(200_000)],
  ])('gives %s back as it was, and shows nothing of it', async (_, value) => {
    const codec = codecOf(oldKey);
    const payload = await sealed(value, codec);
    expect(metadata(payload, 'encoding')).toBe('binary/encrypted');
    expect(metadata(payload, 'encryption-key-id')).toBe('old');
    expect(Object.keys(payload.metadata ?? {})).toHaveLength(2);
    const shown = Buffer.from(payload.data as Uint8Array).toString('latin1');
    expect(shown).not.toContain('m4rker');
    expect(shown).not.toContain('json/plain');
    expect(valueOf((await codec.decode([payload]))[0])).toEqual(value);
  });

  it('keeps the number and the order of payloads, and never makes the same bytes twice', async () => {
    const codec = codecOf(oldKey);
    const made = await codec.encode(['a', 'a', 'b'].map(payloadOf));
    expect(Buffer.compare(Buffer.from(made[0]?.data ?? []), Buffer.from(made[1]?.data ?? []))).not.toBe(0);
    expect((await codec.decode(made)).map(valueOf)).toEqual(['a', 'a', 'b']);
  });

  it('passes what is not encrypted as it is, beside what is', async () => {
    const plain = payloadOf({ before: 'encryption' });
    const odd: Payload = { data: new Uint8Array([0]) };
    const [first, second, third] = await codecOf(oldKey).decode([plain, await sealed('secret'), odd]);
    expect(first).toBe(plain);
    expect(valueOf(second)).toBe('secret');
    expect(third).toBe(odd);
  });

  it('encrypts by the first key and decrypts by all, so that keys can be rotated', async () => {
    const before = await sealed(1);
    const rotated = codecOf(`${newKey},${oldKey}`);
    const after = await sealed(2, rotated);
    expect(metadata(after, 'encryption-key-id')).toBe('new');
    expect((await rotated.decode([before, after])).map(valueOf)).toEqual([1, 2]);
    await expect(codecOf(newKey).decode([before])).rejects.toMatchObject({ code: 'unknown_encryption_key' });
  });

  it('encrypts nothing without a key, and says by which key it can not read', async () => {
    const off = new EncryptionCodec([]);
    const plain = payloadOf('plain');
    expect(await off.encode([plain])).toEqual([plain]);
    await expect(off.decode([plain, await sealed(1)])).rejects.toMatchObject({
      code: 'unknown_encryption_key',
      message: 'a payload is encrypted by key "old", which YMERA_ENCRYPTION_KEY does not hold',
    });
  });

  it('refuses another key of the same id, and names the id but no key', async () => {
    const payload = await sealed({ marker: 'm4rker' });
    const error: unknown = await codecOf(`old:${secrets.new}`)
      .decode([payload])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'payload_altered', message: expect.stringContaining('"old"') as string });
    const shown = inspect(error, { depth: 9, showHidden: true });
    for (const secret of [...Object.values(secrets), 'm4rker']) expect(shown).not.toContain(secret);
  });

  it.each([
    ['the IV', 0],
    ['the ciphertext', 12],
    ['the tag', -1],
  ])('refuses a payload of which a bit of %s was changed', async (_, at) => {
    const payload = await sealed('value');
    await expect(codecOf(oldKey).decode([bent(payload, at)])).rejects.toMatchObject({ code: 'payload_altered' });
  });

  it.each([0, 5, 12, 27])('refuses a payload cut to %i bytes', async (length) => {
    const { metadata, data } = await sealed('value');
    const cut: Payload = { metadata: metadata ?? null, data: (data as Uint8Array).subarray(0, length) };
    await expect(codecOf(oldKey).decode([cut])).rejects.toMatchObject({ code: 'payload_altered' });
  });

  it('refuses a payload whose key id was changed, even where both ids are of one key', async () => {
    const twice = codecOf(`${oldKey},copy:${secrets.old}`);
    const payload = await sealed('value', twice);
    const renamed: Payload = {
      ...payload,
      metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from('copy') },
    };
    await expect(twice.decode([renamed])).rejects.toMatchObject({ code: 'payload_altered' });
  });
});
