import { keyRing } from '../../actors/core/evidence/signature';
import { SignedHeads } from '../../evidence/jobs/signed-heads';
import { Replays } from '../../evidence/jobs/replays';
import { verifyAgent } from '../../evidence/jobs/verify-agent';
import { installationId } from '../../projections/queries/evidence-keys';
import { flags } from '../../actors/flags/flags';
import { checkedConfig } from '../../actors/core/validate';
import { ledgerHead } from '../../projections/queries/events';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { archive } from './archive';

jest.setTimeout(180_000);

describe('verdicts', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open();
    await lab.startProjector();
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('pass', async () => {
    await lab.agents.create({ kind: 'flags', id: 'a1', name: 'A', config: checkedConfig(flags, {}), command: { id: 'c0', principal: 'ann' } });
    let last = 0;
    for (let i = 1; i <= 130; i += 1) {
      const [r] = await lab.agents.send('a1', [{ id: `c${i}`, type: 'SetFlag', data: { key: `k${i % 7}`, value: i }, principal: 'ann' }]);
      if (r?.status === 'accepted') last = r.sequence;
    }
    await until(async () => ((await ledgerHead(lab.pool, 'a1'))?.sequence ?? 0) >= last, 'ledger', 20_000);
    const installation = await installationId(lab.pool);
    const ring = keyRing([]);
    await using replays = new Replays(lab.pool, []);
    const began = Date.now();
    const v = await verifyAgent({
      pool: lab.pool, installation, keys: ring, heads: new SignedHeads(lab.pool, installation, ring.keys),
      converter: lab.client.options.loadedDataConverter, replays,
      archive: (id) => archive(lab, id), view: (id) => lab.agents.view(id), mirror: async () => null,
    }, 'a1', new AbortController().signal, () => undefined);
    console.log(Date.now() - began, JSON.stringify(v, null, 1));
  });
});
