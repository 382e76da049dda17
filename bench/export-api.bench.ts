import { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { Keeper } from '../api/export/ports';
import { postgresEvidence } from '../api/export/postgres-source';
import { startTestApi } from '../api/stand-ins';
import { Checkpointer } from '../evidence/checkpoints/checkpointer';
import { Signing } from '../evidence/signing';
import { signingKeyOf } from '../infra/evidence-key';
import { createKeeperMetrics } from '../infra/metrics/keeper';
import { silent } from '../projections/_util/fixtures';

/** The API that exports, on a ledger that is given by its address, in a process of its own: it tells its memory every 50 ms. */
async function main(): Promise<void> {
  const [url, pem] = process.argv.slice(2) as [string, string];
  const pool = new Pool({ connectionString: url });
  const key = signingKeyOf(pem);
  const signing = await Signing.establish(pool, () => key);
  const checkpointer = new Checkpointer(pool, signing, silent, createKeeperMetrics(new Registry()));
  const keeper: Keeper = {
    makeCheckpoint: async () => void (await checkpointer.onDemand(AbortSignal.timeout(60_000))),
    archive: async () => undefined,
    signManifest: async (text) => ({ keyId: key.keyId, signature: Buffer.from(key.sign(text)).toString('base64') }),
  };
  const api = await startTestApi({ evidence: postgresEvidence(pool, (query) => query()), keeper });
  const token = await api.tokens.issue('ann', api.identity.join('ann', ['admin']));
  process.send?.({ origin: api.origin, authorization: `Bearer ${token}` });
  setInterval(() => process.send?.({ rss: process.memoryUsage.rss() }), 50);
  process.on('disconnect', () => process.exit(0));
}

void main();
