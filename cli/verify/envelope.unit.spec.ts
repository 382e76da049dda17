import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalText, sha256Hex } from '../../actors/core/canonical';
import type { Manifest } from '../../actors/core/evidence/manifest';
import { keyIdOf, voucherBody, type EvidenceKey } from '../../actors/core/evidence/signature';
import { zipTo } from '../../tests/_util/bundle-files';
import { verifyBundle, type Report } from './verify';

/** A key, and the signature (base64) that it makes of a text. */
function makeKey(createdAt: string): { key: EvidenceKey; signed: (text: string) => string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const rest = { createdAt, retiredAt: null, vouchedBy: null, voucher: null };
  return {
    key: { keyId: keyIdOf(raw), publicKey: raw.toString('base64'), ...rest },
    signed: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

describe('a manifest', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-envelope-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const old = makeKey('2026-01-01T00:00:00.000Z');
  const made = makeKey('2026-02-01T00:00:00.000Z');
  const vouched = { ...made.key, vouchedBy: old.key.keyId };
  const next = { ...made, key: { ...vouched, voucher: old.signed(voucherBody(vouched)) } };

  /** A bundle without agents. */
  const reportOn = async (by: typeof old, createdAt: string, pins: string[] = []): Promise<Report> => {
    const keys = canonicalText([old.key, next.key]);
    const manifest: Manifest = {
      format: 'ymera-evidence/1',
      exportId: randomUUID(),
      createdAt,
      createdBy: 'ann',
      installation: randomUUID(),
      keyId: by.key.keyId,
      scope: { type: 'ledger' },
      files: [{ path: 'keys.json', sha256: sha256Hex(keys), bytes: keys.length }],
      agents: [],
    };
    const text = canonicalText(manifest);
    const signature = { keyId: by.key.keyId, algorithm: 'Ed25519', signature: by.signed(text) };
    const files = { 'keys.json': keys, 'manifest.json': text, 'manifest.sig.json': canonicalText(signature) };
    const entries = Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const);
    return verifyBundle(await zipTo(join(dir, 'bundle.zip'), new Map(entries)), pins);
  };

  it('is signed by the key of its time', async () => {
    for (const [by, time] of [
      [old, '2026-01-15T00:00:00.000Z'],
      [next, '2026-02-15T00:00:00.000Z'],
    ] as const) {
      const { verdict, bundle } = await reportOn(by, time, [old.key.keyId]);
      expect([verdict, bundle.signedBy]).toEqual(['pass', by.key.keyId]);
    }
  });

  it('is not believed where a key has signed it that was retired by then', async () => {
    const { verdict, bundle, first } = await reportOn(old, '2026-02-15T00:00:00.000Z');
    expect([verdict, bundle.signedBy]).toEqual(['fail', null]);
    expect(first).toMatchObject({ code: 'retired_key', path: 'manifest.sig.json' });
  });
});
