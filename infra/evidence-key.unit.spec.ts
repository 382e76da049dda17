import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSigned } from '../actors/core/evidence/signature';
import { parseEnvironment } from './config';
import { generateKeyPem, requireSigningKey, signingKeyOf } from './evidence-key';

describe('the key that signs evidence', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-key-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const ofFile = (content: string): ReturnType<typeof requireSigningKey> => {
    const EVIDENCE_KEY_FILE = join(dir, 'key.pem');
    writeFileSync(EVIDENCE_KEY_FILE, content);
    return requireSigningKey(parseEnvironment({ EVIDENCE_KEY_FILE }));
  };

  it('signs what its public key verifies', () => {
    const key = ofFile(generateKeyPem());
    const signature = Buffer.from(key.sign('a text ✓')).toString('base64');
    expect(isSigned('a text ✓', signature, key.publicKey.toString('base64'))).toBe(true);
    expect(key.keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('shows nothing of itself', () => {
    const pem = generateKeyPem();
    const secret = Buffer.from(pem.split('\n')[1] as string, 'base64').subarray(-32);
    const shown = JSON.stringify(signingKeyOf(pem));
    for (const form of ['base64', 'hex'] as const) expect(shown).not.toContain(secret.toString(form));
  });

  it('is refused in one clear line where it is missing or none', () => {
    expect(() => requireSigningKey(parseEnvironment({}))).toThrow(/EVIDENCE_KEY_FILE: missing/);
    const elsewhere = parseEnvironment({ EVIDENCE_KEY_FILE: join(dir, 'none.pem') });
    expect(() => requireSigningKey(elsewhere)).toThrow("EVIDENCE_KEY_FILE: can't be read (ENOENT)");
    expect(() => ofFile('hunter2')).toThrow(
      /^invalid environment: EVIDENCE_KEY_FILE: is no Ed25519 key in PEM \(PKCS#8\)$/,
    );
    const other = generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(() => ofFile(other)).toThrow('is no Ed25519 key');
  });
});
