import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from './nats';

it('takes what comes by the limits of its streams, not by what the disk had free when it started', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-nats-'));
  const server = await startNats({ dir, logFile: join(dir, 'nats.log') });
  try {
    const [, monitor] = /^http: "(.+)"$/m.exec(readFileSync(join(dir, 'nats-server.conf'), 'utf8')) ?? [];
    const answer = await fetch(`http://${monitor}/jsz`);
    expect(await answer.json()).toMatchObject({ config: { max_storage: 2 ** 40 } });
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true });
  }
});
