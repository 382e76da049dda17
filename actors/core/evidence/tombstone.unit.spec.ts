import { generateKeyPairSync, sign } from 'node:crypto';
import { genesisHash } from '../hash-chain';
import { canonicalText } from '../canonical';
import { keyIdOf, type EvidenceKey } from './signature';
import { followTombstones, type SignedTombstone, type TombstoneBody } from './tombstone';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const key: EvidenceKey = {
  keyId: keyIdOf(bytes),
  publicKey: bytes.toString('base64'),
  createdAt: '2026-11-25T00:00:00.000Z',
  retiredAt: null,
  vouchedBy: null,
  voucher: null,
};
const keys = new Map([[key.keyId, key]]);
const whose = { installation: '0197a0f4-0000-7000-8000-000000000000', agent: 'web' };
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

function tombstone(change: Partial<TombstoneBody>): SignedTombstone {
  const body = canonicalText({
    format: 'ymera-tombstone/1',
    ...whose,
    from: 1,
    to: 10,
    before: genesisHash,
    last: a,
    records: 10,
    class: 'standard',
    time: '2026-11-25T00:00:00.000Z',
    keyId: key.keyId,
    ...change,
  });
  return { body, signature: sign(null, Buffer.from(body), privateKey).toString('base64') };
}

const first = tombstone({});
const second = { from: 11, to: 12, before: a, last: b, records: 2 };

describe('tombstones', () => {
  it('cover a chain from its first record on', () => {
    expect(followTombstones(whose, [], keys)).toEqual({ sequence: 0, hash: genesisHash, fault: null });
    expect(followTombstones(whose, [first], keys)).toEqual({ sequence: 10, hash: a, fault: null });
    expect(followTombstones(whose, [first, tombstone(second)], keys)).toEqual({ sequence: 12, hash: b, fault: null });
  });

  it.each<[string, SignedTombstone[], number, string]>([
    ['that begins too late', [tombstone({ from: 2, records: 9 })], 1, 'unlinked'],
    ['that leaves a hole', [first, tombstone({ ...second, from: 12, records: 1 })], 11, 'unlinked'],
    ['that does not link', [first, tombstone({ ...second, before: b })], 11, 'unlinked'],
    ['that counts wrong', [tombstone({ records: 9 })], 1, 'unlinked'],
    ['of another agent', [tombstone({ agent: 'db' })], 1, 'altered'],
    ['of another installation', [tombstone({ installation: 'x' })], 1, 'altered'],
    ['that is none', [{ ...first, body: '{}' }], 1, 'altered'],
    ['changed after it was signed', [{ ...first, body: first.body.replace('"to":10', '"to":99') }], 1, 'unsigned'],
    ['by an unknown key', [tombstone({ keyId: '0'.repeat(16) })], 1, 'unsigned'],
  ])('cover nothing by one %s', (_, tombstones, sequence, fault) => {
    expect(followTombstones(whose, tombstones, keys)).toEqual({ sequence, fault });
  });
});
