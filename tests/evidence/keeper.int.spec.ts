import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPem } from '../../infra/evidence-key';
import { evidenceKeys } from '../../projections/queries/evidence-keys';
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
});
