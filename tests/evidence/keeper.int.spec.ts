import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '../../actors/core/canonical';
import { isSigned, keyRing, type EvidenceKey } from '../../actors/core/evidence/signature';
import { generateKeyPem } from '../../infra/evidence-key';
import { distDir } from '../../infra/paths';
import { evidenceKeys, installationId } from '../../projections/queries/evidence-keys';
import { askKeeper } from '../../projections/queries/evidence-requests';
import { keptEvidenceKey } from '../../stack/evidence-key';
import { RunLab } from '../_util/run-lab';

jest.setTimeout(180_000);

describe('the keeper of evidence', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('makes its key known once, and says so', async () => {
    const first = await lab.startKeeper();
    await first.end('SIGTERM');
    const again = await lab.startKeeper();
    const [key, ...others] = await evidenceKeys(lab.pool);
    expect(others).toEqual([]);
    expect(again.output()).toContain(`"keyId":"${key?.keyId}"`);
    await again.end('SIGTERM');
  });

  it('does not sign with a key that nobody vouches for', async () => {
    const EVIDENCE_KEY_FILE = join(lab.home, 'foreign.pem');
    writeFileSync(EVIDENCE_KEY_FILE, generateKeyPem());
    await expect(lab.startKeeper({ EVIDENCE_KEY_FILE })).rejects.toThrow(/this installation signs with [0-9a-f]{16}/);
  });

  it('goes on with a new key that the old one vouches for', async () => {
    const file = await keptEvidenceKey(lab.home);
    const keeper = await lab.startKeeper();
    const rotate = (env: NodeJS.ProcessEnv): string =>
      execFileSync(process.execPath, [join(distDir, 'evidence-rotate.js')], {
        env: { ...process.env, YMERA_HOME: lab.home, DATABASE_URL: lab.servers.postgres.url, ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const told = rotate({});
    const [first, second, ...others] = await evidenceKeys(lab.pool);
    expect(others).toEqual([]);
    expect(told).toContain(`the key ${first?.keyId} vouches for ${second?.keyId}`);
    expect(first?.retiredAt).not.toBeNull();
    expect(keyRing([first, second] as EvidenceKey[])).toMatchObject({ fault: null });
    expect(keyRing([first, second] as EvidenceKey[]).keys.size).toBe(2);
    expect([file, `${file}.${first?.keyId}`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);

    // The keeper that runs signs with it, and so does the next one.
    const text = canonicalText({
      format: 'ymera-evidence/1',
      installation: await installationId(lab.pool),
      keyId: second?.keyId,
    });
    const { keyId, signature } = await askKeeper(lab.pool, 'manifest', { text });
    expect([keyId, isSigned(text, signature, second?.publicKey ?? '')]).toEqual([second?.keyId, true]);
    await keeper.end('SIGTERM');
    await (await lab.startKeeper()).end('SIGTERM');

    expect(() => rotate({ EVIDENCE_KEY_FILE: `${file}.${first?.keyId}` })).toThrow(/and the key of now is/);
  });
});
