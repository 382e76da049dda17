import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { parseEncryptionKeys, type EncryptionKey } from '../../../infra/encryption-keys';
import { EncryptionCodec } from '../../../temporal/codec/encryption-codec';
import { startTestApi, type TestApi } from '../../stand-ins';

const { Payload: PayloadMessage } = temporal.api.common.v1;
const secret = randomBytes(32).toString('base64');
const codec = new EncryptionCodec(parseEncryptionKeys(`k1:${secret}`) as EncryptionKey[]);
const stranger = new EncryptionCodec(
  parseEncryptionKeys(`k2:${randomBytes(32).toString('base64')}`) as EncryptionKey[],
);
const ui = 'http://127.0.0.1:8233';

const json = (payload: Payload): object =>
  PayloadMessage.toObject(PayloadMessage.fromObject(payload), { bytes: String });
const plain = json(defaultPayloadConverter.toPayload({ marker: 'm4rker' }));
const sealedBy = async (by: EncryptionCodec): Promise<object> =>
  json((await by.encode([defaultPayloadConverter.toPayload({ marker: 'm4rker' })]))[0] as Payload);

describe('the codec server', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ codec, codecOrigins: new Set([ui]) });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const ask = async (name: string, payloads: unknown[], headers: Record<string, string> = {}) => {
    const response = await api.call('POST', `codec/${name}`, { payloads }, headers);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, any> }; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it expects
  };
  const as = async (...roles: string[]) => ({
    authorization: `Bearer ${await api.tokens.issue('bob', api.identity.join('bob', roles))}`,
  });

  it('decrypts, and passes what is not encrypted just as it came', async () => {
    const odd = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, externalPayloads: [] };
    const { status, body, headers } = await ask('decode?preserveStorageRefs=true', [await sealedBy(codec), odd, plain]);
    expect(status).toBe(200);
    expect(body).toEqual({ payloads: [plain, odd, plain] });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('encrypts what it decrypts again', async () => {
    const { body } = await ask('encode', [plain]);
    const [sealed] = body['payloads'] as [{ metadata: Record<string, string>; data: string }];
    expect(Buffer.from(sealed.metadata['encoding'] ?? '', 'base64').toString()).toBe('binary/encrypted');
    expect(Buffer.from(sealed.data, 'base64').toString('latin1')).not.toContain('m4rker');
    expect((await ask('decode', [sealed])).body).toEqual({ payloads: [plain] });
  });

  it('names the key that it does not have, and shows none', async () => {
    const { status, body } = await ask('decode', [await sealedBy(stranger)]);
    expect([status, body['code']]).toEqual([422, 'undecodable_payload']);
    expect(body['detail']).toContain('"k2"');
    expect(JSON.stringify([body, api.lines])).not.toContain(secret);
  });

  it.each(['encode', 'decode'])('%s is for the roles admin and auditor alone', async (name) => {
    const sealed = await sealedBy(codec);
    for (const role of ['admin', 'auditor']) expect((await ask(name, [sealed], await as(role))).status).toBe(200);
    for (const roles of [[], ['viewer'], ['operator', 'approver'], ['administrator']]) {
      const { status, body } = await ask(name, [sealed], await as(...roles));
      expect([status, body['code'], body['payloads']]).toEqual([403, 'forbidden', undefined]);
    }
    expect((await ask(name, [sealed], { authorization: '' })).body['code']).toBe('unauthenticated');
    expect((await ask(name, [sealed], { authorization: 'Bearer x.y.z' })).body['code']).toBe('invalid_token');
  });

  it.each([
    ['no list', { payloads: 'x' }],
    ['data that is no base64', { payloads: [{ data: '%%%' }] }],
    ['metadata that is no text', { payloads: [{ metadata: { encoding: 5 } }] }],
    ['nothing', {}],
  ])('refuses %s', async (_, body) => {
    const response = await api.call('POST', 'codec/decode', body);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([422, 'invalid_body']);
  });

  it('answers the pages of a named origin, refusals too, and no other', async () => {
    const named = await ask('decode', [plain], { origin: ui });
    expect(named.headers.get('access-control-allow-origin')).toBe(ui);
    const refused = await ask('decode', [plain], { origin: ui, authorization: '' });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, ui]);
    for (const origin of ['http://127.0.0.1:8234', 'null', 'http://127.0.0.1:8233.evil.example']) {
      expect((await ask('decode', [plain], { origin })).headers.get('access-control-allow-origin')).toBeNull();
    }
    const elsewhere = await api.call('GET', 'auth/me', undefined, { origin: ui });
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells a browser before it asks', async () => {
    const ahead = (origin: string, path = '/api/v1/codec/decode') =>
      fetch(`${api.origin}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-namespace',
        },
      });
    const { status, headers } = await ahead(ui);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, ui]);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-namespace');
    expect(headers.get('strict-transport-security')).toContain('max-age');
    for (const answer of [await ahead('http://evil.example'), await ahead(ui, '/api/v1/agents')]) {
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets no page in where no origin is named', async () => {
    await using closed = await startTestApi({ codec });
    const response = await closed.call('POST', 'codec/decode', { payloads: [plain] }, { origin: ui });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});
