import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { accessFaults, launchBrowser, openPage, signIn, type OpenPage } from './_util/browser';
import { distDir } from '../../infra/paths';
import { freePort } from '../../stack/ports';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';

const service = join(distDir, 'service.js');

describeWithTools(['chromium'], 'agents in the console', ({ chromium }) => {
  let stack: TestStack;
  let browser: Browser;
  let admin: ApiClient;
  let open: OpenPage;
  let page: Page;
  let dir: string;
  let port: number;
  const pid = (): number => Number(readFileSync(join(dir, 'pid'), 'utf8'));

  beforeAll(async () => {
    [dir, port] = [mkdtempSync(join(tmpdir(), 'ymera-console-agents-')), await freePort()];
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser(chromium)]);
    admin = await ApiClient.login(stack.file);
    spawn(process.execPath, [service, 'serve', String(port), join(dir, 'pid')], {
      detached: true,
      stdio: 'ignore',
    }).unref();
    await until(() => existsSync(join(dir, 'pid')), 'the service');
    open = await openPage(browser, stack.file.api);
    page = open.page;
    await signIn(page, stack.file.credentials);
  }, 180_000);
  afterAll(async () => {
    if (dir !== undefined && existsSync(join(dir, 'pid'))) process.kill(pid(), 'SIGKILL');
    await browser?.close();
    await stack?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const config = (): object => ({
    // A person must be able to see that it is down.
    commands: {
      restart: {
        argv: [
          'sh',
          '-c',
          'sleep 3; exec "$@"',
          'sh',
          process.execPath,
          service,
          'restart',
          String(port),
          join(dir, 'pid'),
        ],
      },
    },
    targets: [
      {
        name: 'web',
        probe: { type: 'http', url: `http://127.0.0.1:${port}/` },
        interval: 0.2,
        timeout: 2,
        failing_after: 2,
        recovering_after: 1,
        remediation: { command: 'restart', attempts: 3, backoff: 1, cooldown: 1, settle: 10 },
      },
    ],
  });

  it('makes one by the form of its kind, which refuses what the schema does', async () => {
    await page.getByRole('link', { name: 'New agent' }).click();
    await page.getByRole('heading', { name: 'New agent' }).waitFor();
    await page.getByLabel('Kind').selectOption('devops');
    await page.getByLabel('Id (optional)').fill('watch');
    await page.getByLabel('Name (optional)').fill('Watch of the web');
    await page.getByLabel('Checkpoint interval').fill('3');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('It must be 10 or more.').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add to targets' }).click();
    await page.getByRole('combobox', { name: 'Probe' }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'JSON' }).click();
    await page
      .getByRole('textbox', { name: 'JSON' })
      .fill(JSON.stringify({ checkpoint_interval: 60, log_level: 'info', ...config() }));
    await page.getByRole('button', { name: 'Form' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Watch of the web' }).waitFor();
    await page.locator('[data-target=web]').getByText('healthy').waitFor();
    expect(await accessFaults(page)).toEqual([]);
  }, 90_000);

  it('shows live how a service dies and comes back', async () => {
    const list = await open.context.newPage();
    await open.faults.watch(list);
    await list.goto('/agents?kind=devops');
    const row = list.locator('[data-agent=watch]');
    await row.getByText('well').waitFor();
    expect(await accessFaults(list)).toEqual([]);
    const before = pid();
    process.kill(before, 'SIGKILL');
    await row.getByText('1 of 1 down').waitFor();
    await page.locator('[data-target=web]').getByText('web-1').waitFor();
    await row.getByText('well').waitFor();
    await page.locator('[data-target=web]').getByText('healthy').waitFor();
    expect(pid()).not.toBe(before);
    await page.getByRole('navigation', { name: 'Agent' }).getByRole('link', { name: 'Runs' }).click();
    await page.locator('[data-run]').first().getByText('succeeded').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await admin.flagsAgent('late');
    await list.goto('/agents?q=la');
    await list.locator('[data-agent=late]').waitFor();
    await admin.flagsAgent('later');
    await list.locator('[data-agent=later]').waitFor();
    await list.close();
  }, 120_000);

  it('has its history, which goes on as it happens', async () => {
    await page.getByRole('navigation', { name: 'Agent' }).getByRole('link', { name: 'History' }).click();
    await page.getByLabel('Type of event').selectOption('IssueDetected');
    const event = page.locator('[data-event]').filter({ hasText: 'IssueDetected' });
    await event.getByRole('button').click();
    await event.getByText('Hash before').waitFor();
    expect(await event.getByRole('link', { name: 'Go to this moment' }).getAttribute('href')).toMatch(
      /watch\/time\?at=\d+$/,
    );
    expect(await accessFaults(page)).toEqual([]);
  }, 60_000);

  it('changes its config after a look at the difference, and rolls it back', async () => {
    await page.getByRole('navigation', { name: 'Agent' }).getByRole('link', { name: 'Config' }).click();
    await page.getByLabel('Checkpoint interval').fill('30');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').getByText('checkpoint_interval').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-version="2"]').getByText('in effect').waitFor();
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('It was better before.');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.locator('[data-version="3"]').getByText('back to 1').waitFor();
    await until(
      async () => (await page.getByLabel('Checkpoint interval').inputValue()) === '60',
      'the form of version 3',
    );
    expect(await accessFaults(page)).toEqual([]);
  }, 60_000);

  it('says what another has changed, and lets one take it over', async () => {
    await page.getByLabel('Checkpoint interval').fill('45');
    const now = await admin.call('GET', 'agents/watch/config');
    await admin.call('POST', 'agents/watch/config', { ...(now.body as object), log_level: 'debug' });
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else' });
    await conflict.getByText('log_level').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await conflict.getByRole('button', { name: 'Take over theirs' }).click();
    expect(await page.getByLabel('Log level').inputValue()).toBe('0');
  }, 60_000);

  it('sets a flag with a reason', async () => {
    await page.goto('/agents/late');
    await page.getByRole('button', { name: 'Set a flag' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('dark-mode');
    await page.getByRole('dialog').getByLabel('Reason').fill('The night shift asked for it.');
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Set it' }).click();
    await page.getByRole('switch', { name: 'dark-mode' }).waitFor();
    expect((await admin.events('late')).at(-1)).toMatchObject({ reason: 'The night shift asked for it.' });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the agent' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
  }, 60_000);

  it('is readable on a telephone in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['/agents', '/agents/watch', '/agents/watch/config', '/agents/watch/history', '/agents/new']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('[data-feed=live]').waitFor();
      expect(await accessFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
    expect(open.faults.unexpected).toEqual([]);
  }, 90_000);
});
