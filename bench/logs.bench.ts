import { mkdtempSync, rmSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogDetector } from '../activities/logs/detector';
import { followFile } from '../activities/logs/follow-file';
import { anomalies, logLines } from './log-lines';

/** Follows a log of 1 GB and more, and says how fast, in how much memory, and what was found of what was planted in it. */
const lines = Number(process.argv[2] ?? 12_000_000);
const folder = mkdtempSync(join(tmpdir(), 'ymera-logs-'));
const path = join(folder, 'app.log');

void (async () => {
  try {
    const file = await open(path, 'w');
    for (const chunk of logLines(lines)) await file.write(chunk);
    await file.close();
    const { size } = await stat(path);
    console.log(`${lines} lines, ${(size / 1e6).toFixed(0)} MB`);
    const withPattern = [{ name: 'corrupt', pattern: anomalies.pattern }];
    for (const patterns of [withPattern, []]) await follow(size, patterns);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

async function follow(size: number, patterns: { name: string; pattern: string }[]): Promise<void> {
  const options = { patterns, learnLines: 10_000, windowMs: 10_000, newPatterns: true, spikes: true };
  const detector = new LogDetector(options);
  const done = new AbortController();
  const found: string[] = [];
  let most = 0;
  const [began, used] = [performance.now(), process.cpuUsage()];
  await followFile(path, 'beginning', done.signal, async (chunk, { offset }) => {
    for (const { kind, what, at, count } of detector.consume(chunk)) found.push(`${kind} ${count} ${at} ${what}`);
    most = Math.max(most, process.memoryUsage.rss());
    if (offset === size) done.abort();
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  const cpu = (user + system) / 1e6;
  console.log(
    `patterns ${patterns.length}: ${(size / 1e6 / seconds).toFixed(0)} MB/s (${(size / 1e6 / cpu).toFixed(0)} MB for a second of one core), ${(lines / seconds / 1e3).toFixed(0)} k lines/s, ` +
      `RSS at most ${(most / 1e6).toFixed(0)} MB, ${found.length} findings of 3 anomalies`,
  );
  for (const one of found) console.log(`  ${one}`);
}
