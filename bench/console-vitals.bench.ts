import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import { distDir } from '../infra/paths';
import { findTool, tools } from '../stack/tools';
import { ApiClient } from '../tests/_util/api-client';
import { startTestStack } from '../tests/_util/stack';
import { quantile } from './measure';
import { runBench } from './run-bench';

const loads = Number(process.env['ROUNDS'] || 10);
const pages = ['/agents', '/evidence', '/dashboards/system'];
const shown = ['LCP', 'FCP', 'TTFB', 'CLS', 'INP', 'FID'];
const aims: Record<string, string> = { LCP: '< 1,000 ms', CLS: '< 0.02' };
/** Within this time what a page waits for has come, in ms. */
const settleMs = 2_500;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Summary extends Record<'p50' | 'p75' | 'p95' | 'count', number> {
  name: string;
}

/** Loads a page with an empty cache and leaves it; what the browser measures of that it tells the API. */
async function load(browser: Browser, options: BrowserContextOptions, path: string): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(path);
  await delay(settleMs);
  // An input, and then leaving: what is measured over the whole visit is told then.
  await page.locator('h1').click();
  await delay(300);
  await page.goto('/icon.svg');
  await delay(300);
  await context.close();
}

async function signedIn({ api, credentials }: { api: string; credentials: object }): Promise<BrowserContextOptions> {
  const response = await fetch(`${api}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  const grant = (await response.json()) as { access_token: string; refresh_token: string };
  const until = Date.now() + 86_400_000;
  const { access_token: accessToken, refresh_token: refreshToken } = grant;
  const value = JSON.stringify({ accessToken, accessUntil: until, refreshToken, until });
  const origins = [{ origin: api, localStorage: [{ name: 'ymera.session', value }] }];
  return { baseURL: api, viewport: { width: 1280, height: 800 }, storageState: { cookies: [], origins } };
}

/** A page of one line from a bare server: what this machine and this browser take by themselves. */
async function startBarePage(): Promise<{ server: Server; origin: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>bare</title><h1>One line</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** First contentful paint of the bare page, in ms, as often as a page of the console is loaded. */
async function barePaints(browser: Browser): Promise<number[]> {
  const { server, origin } = await startBarePage();
  const paints: number[] = [];
  for (let round = 0; round < loads; round += 1) {
    const page = await browser.newPage();
    await page.goto(origin);
    await delay(300);
    paints.push(await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`));
    await page.close();
  }
  server.close();
  return paints;
}

interface Chunk {
  file: string;
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  imports?: string[];
}

/** gzip bytes of the JavaScript that the first load takes, and of what is split off, the largest first. */
function weights(): { first: number; split: [string, number][] } {
  const folder = join(distDir, 'console');
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const bytes = ({ file }: Chunk): number => gzipSync(readFileSync(join(folder, file))).length;
  const first = new Set<string>();
  const take = (name: string): void => {
    if (first.has(name)) return;
    first.add(name);
    for (const next of manifest[name]?.imports ?? []) take(next);
  };
  for (const [name, { isEntry }] of Object.entries(manifest)) if (isEntry) take(name);
  const chunks = Object.entries(manifest).filter(([, { file }]) => file.endsWith('.js'));
  const sum = chunks.filter(([name]) => first.has(name)).reduce((total, [, chunk]) => total + bytes(chunk), 0);
  const split = chunks
    .filter(([name]) => !first.has(name))
    .map(([name, chunk]): [string, number] => [basename(name).replace(/\.tsx?$/, ''), bytes(chunk)]);
  return { first: sum, split: split.sort(([, a], [, b]) => b - a) };
}

async function main(): Promise<void> {
  const tool = findTool('chromium');
  if (!('file' in tool)) throw new Error(`there is no Chromium: ${tools.chromium.install}`);
  const stack = await startTestStack({ env: { ENVIRONMENT: 'production', METRICS_SAMPLE_SECONDS: '2' } });
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: tool.file, args: ['--disable-gpu', ...asRoot] });
  try {
    const client = await ApiClient.login(stack.file);
    for (let i = 0; i < 50; i += 1) await client.flagsAgent(`agent-${i}`);
    const options = await signedIn(stack.file);
    say(`| page, ${loads} loads with an empty cache | p50 | p75 | p95 | samples | aim |`);
    say('|---|---|---|---|---|---|');
    const bare = await barePaints(browser);
    const ofBare = [0.5, 0.75, 0.95].map((q) => `${quantile(bare, q).toFixed(0)} ms`);
    say(`| a bare page of one line: FCP | ${ofBare.join(' | ')} | ${bare.length} | |`);
    for (const path of pages) {
      for (let round = 0; round < loads; round += 1) await load(browser, options, path);
      await delay(6_000);
      const answer = await client.call('GET', `metrics/frontend?page=${encodeURIComponent(path)}`);
      const { vitals: told } = answer.body as { vitals: Summary[] };
      for (const name of shown) {
        const found = told.find((summary) => summary.name === name);
        if (!found) continue;
        const as = (value: number): string => (name === 'CLS' ? value.toFixed(4) : `${value.toFixed(1)} ms`);
        const values = [found.p50, found.p75, found.p95].map(as).join(' | ');
        say(`| ${path}: ${name} | ${values} | ${found.count} | ${aims[name] ?? ''} |`);
      }
    }
    const { first, split } = weights();
    say(`\nJavaScript of the first load: ${(first / 1000).toFixed(1)} kB gzipped (aim ≤ 250).`);
    say(`Split off: ${split.map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)}`).join(', ')} kB.`);
  } finally {
    await browser.close();
    await stack.stop();
  }
}

runBench(main);
