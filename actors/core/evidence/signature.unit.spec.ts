import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { base64 } from '@scure/base';
import { isSigned, keyIdOf, keyRing, signatureFault, voucherBody, type EvidenceKey } from './signature';

interface Pair {
  privateKey: KeyObject;
  key: EvidenceKey;
}

const signed = (text: string, { privateKey }: Pair): string =>
  sign(null, Buffer.from(text), privateKey).toString('base64');

function makeKey(vouchedBy: Pair | null = null, createdAt = '2026-11-25T00:00:00.000Z'): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key: EvidenceKey = {
    keyId: keyIdOf(bytes),
    publicKey: bytes.toString('base64'),
    createdAt,
    retiredAt: null,
    vouchedBy: vouchedBy?.key.keyId ?? null,
    voucher: null,
  };
  return { privateKey, key: { ...key, voucher: vouchedBy && signed(voucherBody(key), vouchedBy) } };
}

describe('a signature', () => {
  it('is that of RFC 8032, test 1', () => {
    const publicKey = base64.encode(
      Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'),
    );
    const signature = Buffer.from(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      'hex',
    );
    expect(isSigned('', base64.encode(signature), publicKey)).toBe(true);
    expect(isSigned(' ', base64.encode(signature), publicKey)).toBe(false);
  });

  it('made by node:crypto is good for its text and its key only', () => {
    const [mine, other] = [makeKey(), makeKey()];
    const signature = signed('a text', mine);
    expect(isSigned('a text', signature, mine.key.publicKey)).toBe(true);
    expect(isSigned('a test', signature, mine.key.publicKey)).toBe(false);
    expect(isSigned('a text', signature, other.key.publicKey)).toBe(false);
    expect(isSigned('a text', 'not base64', mine.key.publicKey)).toBe(false);
  });
});

describe('a key ring', () => {
  const first = makeKey();
  const second = makeKey(first);
  const third = makeKey(second);
  const branch = makeKey(first);
  const foreign = makeKey();

  it('holds all keys that chain to the first', () => {
    const { keys, fault } = keyRing([first.key, second.key, third.key]);
    expect([...keys.keys()]).toEqual([first, second, third].map(({ key }) => key.keyId));
    expect(fault).toBeNull();
  });

  it.each<[string, EvidenceKey[], EvidenceKey]>([
    ['that nobody vouches for', [first.key, foreign.key], foreign.key],
    ['whose voucher is by another', [first.key, { ...second.key, voucher: third.key.voucher }], second.key],
    ['vouched for by one not before it', [first.key, third.key], third.key],
    ['whose time was changed', [first.key, { ...second.key, createdAt: '2026-11-26T00:00:00.000Z' }], second.key],
    [
      'with the id of another',
      [first.key, { ...second.key, keyId: third.key.keyId }],
      { ...second.key, keyId: third.key.keyId },
    ],
    ['listed twice', [first.key, first.key], first.key],
    ['vouched for by one that had vouched for another', [first.key, second.key, branch.key], branch.key],
    ['that lacks the one before', [second.key], second.key],
  ])('believes no key %s', (_, listed, bad) => {
    const { keys, fault } = keyRing(listed);
    expect(fault?.keyId).toBe(bad.keyId);
    expect(keys.size).toBe(listed.length - 1);
  });
});

describe('a retired key', () => {
  const old = makeKey();
  const next = makeKey(old, '2026-11-26T00:00:00.000Z');
  const at = (time: string, listed: EvidenceKey[], by = old): string | null =>
    signatureFault({ text: time, signature: signed(time, by), keyId: by.key.keyId, time }, keyRing(listed).keys);
  const [before, within, after] = ['2026-11-25T12:00:00.000Z', '2026-11-26T00:00:59.000Z', '2026-11-26T00:01:01.000Z'];

  it('is good for what was signed before, and for clocks that differ a little', () => {
    expect([before, within].map((time) => at(time, [old.key, next.key]))).toEqual([null, null]);
    expect(at(after, [old.key, next.key], next)).toBeNull();
  });

  it('signs nothing later, whatever its list says of it', () => {
    const retired = { ...old.key, retiredAt: next.key.createdAt };
    const later = { ...old.key, retiredAt: '2027-01-01T00:00:00.000Z' };
    for (const listed of [[retired], [old.key, next.key], [later, next.key]]) {
      expect(at(after, listed)).toBe('retired_key');
      expect(at('soon', listed)).toBe('retired_key');
    }
    expect(at(after, [{ ...later, retiredAt: before }, next.key])).toBe('retired_key');
    expect(at(within, [{ ...later, retiredAt: before }, next.key])).toBe('retired_key');
  });
});
