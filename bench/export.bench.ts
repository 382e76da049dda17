import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { generateKeyPem } from '../infra/evidence-key';
import { distDir } from '../infra/paths';
import { chainOf } from '../projections/_util/fixtures';
import { contextOf } from '../projections/_util/ledger';
import { migrate } from '../projections/migrate';
import { projectBatch } from '../projections/project-batch';
import { startTestServers } from '../tests/_util/servers';
import { runBench } from './run-bench';

const sizes = [10_000, 100_000];
const rounds = Number(process.env['ROUNDS'] || 3);
const mb = 2 ** 20;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Fills the ledger as the projector does. */
async function fill(pool: Pool, agentId: string, length: number): Promise<void> {
  const chain = chainOf(agentId, length);
  for (let at = 0; at < chain.length; at += 500) {
    const batch = chain.slice(at, at + 500).map((record) => ({ record, position: null }));
    await projectBatch(contextOf(pool), batch);
  }
}

interface Api {
  child: ChildProcess;
  origin: string;
  authorization: string;
  /** Memory as it was told last, and from then on. */
  rss: number[];
}

async function startApi(url: string, pem: string): Promise<Api> {
  const child = fork(join(distDir, 'bench/export-api.js'), [url, pem]);
  const [told] = (await once(child, 'message')) as [{ origin: string; authorization: string }];
  const rss: number[] = [];
  child.on('message', (message: { rss: number }) => rss.push(message.rss));
  return { child, rss, ...told };
}

/** One export, read to its end. */
async function exported({ origin, authorization, rss }: Api, agentId: string) {
  await delay(500);
  const before = rss.at(-1) ?? 0;
  rss.length = 0;
  const began = performance.now();
  const answer = await fetch(`${origin}/api/v1/agents/${agentId}/export`, { headers: { authorization } });
  if (!answer.ok || !answer.body) throw new Error(`export of ${agentId}: ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body) bytes += (chunk as Uint8Array).length;
  const seconds = (performance.now() - began) / 1000;
  const tenths = Array.from({ length: 10 }, (_, i) => rss[Math.floor((i * rss.length) / 10)] ?? before);
  return { bytes, seconds, before, peak: Math.max(before, ...rss), tenths };
}

async function main(): Promise<void> {
  const servers = await startTestServers({ postgres: true });
  const pool = new Pool({ connectionString: servers.postgres.url });
  try {
    await migrate(servers.postgres.url);
    const pem = generateKeyPem();
    for (const size of sizes) await fill(pool, `events-${size}`, size);
    say('| round | events | seconds | events/s | zip MB | RSS before, MB | peak, MB | RSS over time, MB |');
    say('|---|---|---|---|---|---|---|---|');
    const peaks = new Map<number, number[]>(sizes.map((size) => [size, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const size of sizes) {
        // A fresh process each time: what an earlier export has left behind counts for nothing.
        const api = await startApi(servers.postgres.url, pem);
        const { bytes, seconds, before, peak, tenths } = await exported(api, `events-${size}`);
        // What it still had to say is lost with it.
        api.child.kill('SIGKILL');
        peaks.get(size)?.push(peak);
        const over = tenths.map((each) => (each / mb).toFixed(0)).join(' ');
        const row = [round, size, seconds.toFixed(1), (size / seconds).toFixed(0), (bytes / mb).toFixed(1)];
        say(`| ${row.join(' | ')} | ${(before / mb).toFixed(0)} | ${(peak / mb).toFixed(0)} | ${over} |`);
      }
    }
    const [small, large] = sizes.map((size) => Math.max(...(peaks.get(size) ?? [])));
    say(`peak of 100,000 events over that of 10,000: ${((large ?? 0) / (small ?? 1)).toFixed(2)}×`);
  } finally {
    await pool.end();
    await servers.stop();
  }
}

runBench(main);
