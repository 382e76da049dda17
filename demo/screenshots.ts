import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { distDir, projectRoot } from '../infra/paths';
import { freePort } from '../stack/ports';
import { findTool } from '../stack/tools';
import { DemoApi } from './demo-api';
import { ownStack, type DemoStack } from './demo-stack';

const service = join(distDir, 'service.js');
const folder = join(projectRoot, 'docs/images');
const boards = ['security', 'performance', 'agents', 'system'];
/** Boards draw a point for each half minute. */
const chartSeconds = 150;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const greeting = `
name: greet-the-team
description: Says hello, once somebody agrees to it.
input:
  name: {type: string, pattern: "^[a-z]+$"}
targets: ["person:\${{ input.name }}"]
steps:
  - id: look
    action: disk.usage
    with: {path: /tmp}
  - id: agreed
    approval: {message: "May I greet \${{ input.name }}?", roles: [admin, approver], timeout: 1h}
    steps:
      - {id: say, action: shell.run, with: {argv: [echo, "hello \${{ input.name }}"], effect: read}}
  - id: tell
    action: debug.echo
    with: {value: "greeted"}
`;

/** What is shown, by the name of its picture. `at` may be known only once the demo has run. */
interface Shot {
  name: string;
  path: string;
  dark?: true;
  until: (page: Page) => Promise<void>;
}

/** The pictures of the README and of docs/operations.md: a stack of its own, something that really happens on it, and a browser that looks. */
async function main(): Promise<void> {
  const tool = findTool('chromium');
  if (!('file' in tool)) throw new Error('there is no Chromium here: apt-get install chromium');
  await using stack = await ownStack(say, { METRICS_SAMPLE_SECONDS: '5' });
  const dir = mkdtempSync(join(tmpdir(), 'ymera-pictures-'));
  const pidFile = join(dir, 'pid');
  try {
    const shots = await happenings(stack, pidFile);
    mkdirSync(folder, { recursive: true });
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: tool.file, args: asRoot });
    for (const theme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        baseURL: stack.api,
        viewport: { width: 1280, height: 800 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await signIn(page, stack);
      for (const { name, path, until } of shots.filter(({ dark }) => (dark ? 'dark' : 'light') === theme)) {
        await page.goto(path);
        await until(page);
        await delay(700);
        await page.screenshot({ path: join(folder, `${name}.png`) });
        say(`docs/images/${name}.png`);
      }
      await context.close();
    }
    await browser.close();
  } finally {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    rmSync(dir, { recursive: true });
  }
}

/** @returns the pages to show, once all is there that they show */
async function happenings(stack: DemoStack, pidFile: string): Promise<Shot[]> {
  const api = await DemoApi.signIn(stack);
  const port = await freePort();
  spawn(process.execPath, [service, 'serve', `${port}`, pidFile], { detached: true, stdio: 'ignore' }).unref();
  await api.until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
  const remediation = { command: 'restart', attempts: 3, backoff: 1, cooldown: 30, settle: 10 };
  const probe = { type: 'http', url: `http://127.0.0.1:${port}/` };
  const targets = [
    { name: 'web', probe, interval: 0.5, failing_after: 2, remediation },
    { name: 'api', probe: { type: 'http', url: `${stack.api}/healthz` }, interval: 1 },
    { name: 'disk', probe: { type: 'disk', path: '/', max_percent: 99 }, interval: 5 },
  ];
  const restart = { argv: [process.execPath, service, 'restart', `${port}`, pidFile] };
  await api.post('agents', {
    kind: 'devops',
    id: 'storefront',
    name: 'Storefront',
    config: { commands: { restart }, targets },
  });
  await api.post('agents', { kind: 'flags', id: 'shop', name: 'Shop' });
  await api.post('agents', { kind: 'flags', id: 'checkout', name: 'Checkout' });
  for (let i = 0; i < 60; i += 1) {
    const key = ['dark-mode', 'new-basket', 'express', 'gift-cards'][i % 4];
    await api.post('agents/shop/commands', {
      type: 'SetFlag',
      data: { key, value: i % 3 === 0 ? true : i },
      reason: 'a trial',
    });
  }
  await api.has('storefront', 'TargetRecovered');
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  await api.has('storefront', 'RemediationCompleted');
  await api.post('agents/shop/config', { max_flags: 50 });
  await api.post('runbooks', { source: greeting });
  const run = (await api.post('runs', {
    runbook: 'greet-the-team',
    input: { name: 'ada' },
    reason: 'to see it run',
  })) as { id: string };
  await api.until(async () => ((await api.get('approvals')) as { approvals: unknown[] }).approvals.length > 0);
  const { verification } = (await api.post('agents/shop/verify', undefined)) as { verification: string };
  say('a while, so that the charts have something to draw …');
  for (let i = 0; i < chartSeconds; i += 1) {
    await api.post('agents/checkout/commands', { type: 'SetFlag', data: { key: 'visits', value: i } });
    await delay(1_000);
  }
  const text = (words: RegExp) => (page: Page) => page.getByText(words).first().waitFor();
  return [
    { name: 'agents', path: '/agents', until: text(/Storefront/) },
    { name: 'agent', path: '/agents/storefront', until: text(/web/) },
    { name: 'time-machine', path: '/agents/shop/time?at=42', until: text(/chain holds/i) },
    { name: 'config', path: '/agents/storefront/config', dark: true, until: text(/Targets/) },
    { name: 'run', path: `/runs/${run.id}`, until: text(/agreed/) },
    { name: 'approvals', path: '/approvals', until: text(/May I greet ada/) },
    { name: 'evidence', path: `/evidence/verifications/${verification}`, until: text(/replay-consistent/i) },
    ...boards.map((board): Shot => ({
      name: `dashboard-${board}`,
      path: `/dashboards/${board}?span=15m`,
      dark: true,
      until: (page) => page.locator('canvas').first().waitFor(),
    })),
  ];
}

async function signIn(page: Page, { credentials }: DemoStack): Promise<void> {
  await page.goto('/');
  await page.getByLabel('User name').fill(credentials.username);
  await page.getByLabel('Password').fill(credentials.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-feed=live]').waitFor();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`screenshots: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
