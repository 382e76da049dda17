import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';
import { TcpProxy } from '../chaos/_util/tcp-proxy';
import { accessFaults, launchBrowser, openPage, signIn, type OpenPage } from './_util/browser';
import { stateAfter, toldState } from './_util/moments';
import { WatchedService } from './_util/watched-service';

const revive = `name: revive
description: Brings a service back once somebody has agreed.
input:
  argv: {type: array, items: string}
targets: ["service:web"]
steps:
  - id: agreed
    name: Agreed
    approval: {message: "Restart the web?", roles: [admin], timeout: 1h}
    steps:
      - {id: restart, action: shell.run, with: {argv: "\${{ input.argv }}"}}
`;

/** One after another: what a person does with an agent from its making to the evidence of what it did. */
describeWithTools(['chromium'], 'an agent in the console, from its making to its evidence', ({ chromium }) => {
  let stack: TestStack;
  let browser: Browser;
  let admin: ApiClient;
  let open: OpenPage;
  let page: Page;
  let service: WatchedService;
  let proxy: TcpProxy;

  beforeAll(async () => {
    const env = { EVIDENCE_CHECKPOINT_SECONDS: '1', EVIDENCE_ARCHIVE_SECONDS: '1' };
    [stack, browser, service] = await Promise.all([
      startTestStack({ env }),
      launchBrowser(chromium),
      WatchedService.start(),
    ]);
    admin = await ApiClient.login(stack.file);
    expect((await admin.call('POST', 'runbooks', { source: revive })).status).toBe(201);
    open = await openPage(browser, stack.file.api);
    page = open.page;
    await signIn(page, stack.file.credentials);
  }, 180_000);
  afterAll(async () => {
    proxy?.close();
    service?.stop();
    await browser?.close();
    await stack?.stop();
  }, 60_000);

  const tab = (name: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Agent' }).getByRole('link', { name }).click();
  const config = (): object => ({
    targets: [
      {
        name: 'web',
        probe: { type: 'http', url: service.url },
        interval: 0.2,
        timeout: 2,
        failing_after: 2,
        recovering_after: 1,
        remediation: { runbook: 'revive', input: { argv: service.restart }, attempts: 3, backoff: 1, cooldown: 1 },
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

  it('shows live how a service dies, who is asked, and how it comes back', async () => {
    const list = await open.context.newPage();
    await open.faults.watch(list);
    await list.goto('/agents?kind=devops');
    const row = list.locator('[data-agent=watch]');
    await row.getByText('well').waitFor();
    expect(await accessFaults(list)).toEqual([]);
    const before = service.pid;
    service.kill();
    await row.getByText('1 of 1 down').waitFor();
    await page.locator('[data-target=web]').getByText('web-1').waitFor();
    await page.locator('[data-target=web]').getByText('attempt 1').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await tab('Runs');
    await page.locator('[data-run]').first().waitFor();
    await list.getByRole('link', { name: /^Approvals\s*1\s*wait for you$/ }).click();
    await list.getByText('Restart the web?').waitFor();
    await list
      .getByText(service.restart.at(-1) as string)
      .first()
      .waitFor();
    expect(await accessFaults(list)).toEqual([]);
    await list.getByRole('button', { name: 'Approve' }).click();
    await page.locator('[data-run]').first().getByText('succeeded').waitFor();
    await list.goto('/agents?kind=devops');
    await row.getByText('well').waitFor();
    expect(service.pid).not.toBe(before);
    expect(await accessFaults(page)).toEqual([]);
    await admin.flagsAgent('late');
    await list.goto('/agents?q=la');
    await list.locator('[data-agent=late]').waitFor();
    await admin.flagsAgent('later');
    await list.locator('[data-agent=later]').waitFor();
    await list.close();
  }, 120_000);

  it('has its history, which leads to any moment of it', async () => {
    await tab('History');
    await page.getByLabel('Type of event').selectOption('IssueDetected');
    const event = page.locator('[data-event]').filter({ hasText: 'IssueDetected' });
    await event.getByRole('button').click();
    await event.getByText('Hash before').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await event.getByRole('link', { name: 'Go to this moment' }).click();
    await page.waitForURL(/watch\/time\?at=\d+$/);
    const then = Number(new URL(page.url()).searchParams.get('at'));
    const state = await stateAfter(page, then);
    expect(state).toMatchObject({ '/state/targets/web/health/status': 'failing' });
    // What is folded up or out of sight is not there: the page itself compares the whole.
    expect(await toldState(admin, 'watch', then)).toMatchObject(state);
    await page.getByRole('button', { name: 'Compare with the server' }).click();
    await page.getByText(`The server folds the very same state after event ${then}.`).waitFor();
    await page.getByRole('slider', { name: 'Moment' }).press('ArrowLeft');
    expect(await toldState(admin, 'watch', then - 1)).toMatchObject(await stateAfter(page, then - 1));
    expect(await accessFaults(page)).toEqual([]);
    await page.goto('/agents/watch');
  }, 60_000);

  it('changes its config after a look at the difference, and rolls it back', async () => {
    await tab('Config');
    await page.getByLabel('Checkpoint interval').fill('5');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('It must be 10 or more.').waitFor();
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
    const other = await openPage(browser, stack.file.api);
    await signIn(other.page, stack.file.credentials);
    await other.page.goto('/agents/watch/config');
    await other.page.getByLabel('Log level').selectOption('debug');
    await other.page.getByRole('button', { name: 'Review and save' }).click();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody else' });
    await conflict.getByText('log_level').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await conflict.getByRole('button', { name: 'Take over theirs' }).click();
    expect(await page.getByLabel('Log level').inputValue()).toBe('0');
    expect(other.faults.unexpected).toEqual([]);
    await other.context.close();
  }, 60_000);

  it('sets a config aside as a template, and fills forms with it', async () => {
    await page.getByRole('button', { name: 'Save as a template' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Talkative');
    await page.getByRole('dialog').getByLabel('Description').fill('While one looks for something.');
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save it' }).click();
    const template = page.getByRole('listitem').filter({ hasText: 'While one looks for something.' });
    await template.waitFor();
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.locator('[data-version="5"]').getByText('in effect').waitFor();
    await until(async () => (await page.getByLabel('Log level').inputValue()) === '1', 'the form of version 5');
    await template.getByRole('button', { name: 'Apply Talkative' }).click();
    await until(async () => (await page.getByLabel('Log level').inputValue()) === '0', 'the form of the template');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').getByText('log_level').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-version="6"]').getByText('in effect').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.goto('/agents/new?kind=devops');
    await template.getByRole('button', { name: 'Apply Talkative' }).click();
    await until(async () => (await page.getByLabel('Log level').inputValue()) === '0', 'the form of a new agent');
    expect(await accessFaults(page)).toEqual([]);
    await template.getByRole('button', { name: 'Delete Talkative' }).click();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await template.waitFor({ state: 'detached' });
    expect((await admin.call('GET', 'config-templates')).body).toEqual({ templates: [], next: null });
  }, 60_000);

  it('has four verdicts on itself, and evidence to take away', async () => {
    await page.goto('/agents/watch/evidence');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export evidence' });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export' }).click(),
    ]);
    expect(
      readFileSync(await file.path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.waitForURL(/\/evidence\/verifications\//);
    const tiles = page.getByRole('list', { name: 'The four verdicts' }).getByRole('listitem');
    await tiles.first().waitFor();
    expect(await Promise.all((await tiles.all()).map((tile) => tile.getAttribute('data-verdict')))).toEqual(
      Array.from({ length: 4 }, () => 'pass'),
    );
    expect(await accessFaults(page)).toEqual([]);
  }, 90_000);

  it('misses no event and shows none twice while the connection is cut for 10 s', async () => {
    // A browser that is told to be offline keeps its open sockets: so a proxy between the two is cut.
    proxy = await TcpProxy.to(new URL(stack.file.api).host);
    const cut = await openPage(browser, `http://${proxy.address}`);
    cut.faults.expect(/net::ERR_|WebSocket connection to/);
    await signIn(cut.page, stack.file.credentials);
    await cut.page.goto('/agents/late/history');
    await cut.page.locator('[data-event]').first().waitFor();
    const write = async (from: number, to: number, pauseMs: number): Promise<void> => {
      for (let i = from; i < to; i += 1) {
        expect((await admin.setFlag('late', `flag-${i % 7}`, i)).status).toBe(200);
        await cut.page.waitForTimeout(pauseMs);
      }
    };
    await write(0, 20, 20);
    const writing = write(20, 80, 150);
    proxy.cut();
    await cut.page.locator('[data-feed=offline]').waitFor();
    await cut.page.waitForTimeout(10_000);
    await writing;
    const after = write(80, 100, 20);
    proxy.open();
    await after;
    await cut.page.locator('[data-feed=live]').waitFor();
    const told = (await admin.events('late')).map(({ id }) => id).reverse();
    await cut.page.locator(`[data-event="${told[0]}"]`).waitFor();
    expect(await shownEvents(cut.page)).toEqual(told);
    expect(await accessFaults(cut.page)).toEqual([]);
    expect(cut.faults.unexpected).toEqual([]);
    await cut.context.close();
  }, 120_000);

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

/** The ids of all lines of the history, from its top to its end: only those in sight are there at once. */
async function shownEvents(page: Page): Promise<string[]> {
  const list = page.getByRole('region', { name: 'Events, newest first' });
  const shown = new Map<number, string>();
  for (let last = -1; shown.size > last;) {
    last = shown.size;
    const lines = await list
      .locator('[data-event]')
      .evaluateAll((found) => (found as HTMLElement[]).map(({ dataset }) => [dataset['index'], dataset['event']]));
    for (const [index, id] of lines) shown.set(Number(index), String(id));
    await list.evaluate((element) => element.scrollBy(0, element.clientHeight));
    await page.waitForTimeout(100);
  }
  return [...shown].sort(([a], [b]) => a - b).map(([, id]) => id);
}
