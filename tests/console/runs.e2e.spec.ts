import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { ApiClient, until } from '../_util/api-client';
import { TcpProxy } from '../chaos/_util/tcp-proxy';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';
import { accessFaults, launchBrowser, openPage, signIn, type OpenPage } from './_util/browser';

const talk = `name: talk
description: Talks for a while, and asks before it is loud.
input:
  lines: {type: integer, default: 15, minimum: 1}
targets: ["room:\${{ run.id }}"]
steps:
  - id: chatter
    name: Talk a while
    action: shell.run
    with: {argv: [bash, -c, 'for i in $(seq 1 \${{ input.lines }}); do echo "line $i"; sleep 0.1; done'], effect: read}
  - id: agreed
    name: Agreed
    approval: {message: "Say it aloud?", roles: [approver], timeout: 1h}
    steps:
      - {id: aloud, action: debug.echo, with: {value: HELLO}}
`;

describeWithTools(['chromium'], 'runs in the console', ({ chromium }) => {
  const bea = { username: 'bea', password: 'she looks at plans first' };
  let stack: TestStack;
  let browser: Browser;
  let api: ApiClient;
  let admin: OpenPage;
  let approver: OpenPage;
  let first: string;
  let second: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser(chromium)]);
    api = await ApiClient.login(stack.file);
    await api.call('POST', 'users', { ...bea, roles: ['approver'] });
    [admin, approver] = await Promise.all([openPage(browser, stack.file.api), openPage(browser, stack.file.api)]);
    await Promise.all([signIn(admin.page, stack.file.credentials), signIn(approver.page, bea)]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  }, 60_000);

  const write = async (page: Page, text: string): Promise<void> => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };
  const begin = async (lines: number): Promise<string> => {
    const begun = await api.call('POST', 'runs', { runbook: 'talk', input: { lines } });
    expect(begun.status).toBe(201);
    return (begun.body as { id: string }).id;
  };
  const asked = async (run: string): Promise<{ planHash: string }> => {
    let found: { planHash: string } | undefined;
    await until(async () => {
      const { body } = (await api.call('GET', `approvals?run=${run}`)) as {
        body: { approvals: { planHash: string }[] };
      };
      [found] = body.approvals;
      return found !== undefined;
    }, `the question of ${run}`);
    return found as { planHash: string };
  };
  const status = (page: Page, word: string): Promise<void> =>
    page.locator('h1 + span', { hasText: word }).waitFor({ timeout: 60_000 });
  const act = async (page: Page, name: string, reason: string): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `${name} this run?` });
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };

  it('takes a runbook in the editor, and shows a mistake at its place as one types', async () => {
    const { page, faults } = admin;
    faults.expect(/422/);
    await page.goto('/runbooks/new');
    await write(page, talk.replace('shell.run', 'shell.walk'));
    await page.getByRole('button', { name: /^9:\d+ \/steps\/0\/action/ }).waitFor();
    await page.locator('.cm-lintRange-error', { hasText: 'shell.walk' }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Save a new version' }).isDisabled()).toBe(true);
    expect(await accessFaults(page)).toEqual([]);
    await write(page, talk);
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.getByLabel('Reason').fill('the first of it');
    await page.getByRole('button', { name: 'Save a new version' }).click();
    await page.getByRole('heading', { name: 'talk', exact: true }).waitFor();
    expect((await api.call('GET', 'runbooks/talk')).body).toMatchObject({ source: talk, reason: 'the first of it' });
  }, 120_000);

  it('tells of a version that another one has saved meanwhile, and what it changed', async () => {
    const { page, faults } = admin;
    faults.expect(/412/);
    await page.locator('.cm-content').waitFor();
    await api.call('POST', 'runbooks', { source: talk.replace('Talks for', 'Speaks for') });
    await write(page, talk.replace('Talks for', 'Chats for'));
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.getByRole('button', { name: 'Save a new version' }).click();
    const conflict = page.getByRole('alert');
    await conflict.getByText('has saved version 2').waitFor();
    await conflict.getByText('Speaks for a while').waitFor();
    await conflict.getByRole('button', { name: 'Save mine after it' }).click();
    await page.getByText('version 3', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Versions' }).click();
    await page.getByRole('region', { name: 'What changed' }).getByText('Chats for a while').waitFor();
    expect(await accessFaults(page)).toEqual([]);
  }, 120_000);

  it('shows what a run would do, begins it, and follows its steps and lines', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Dry-run or start' }).click();
    await page.getByLabel('lines').fill('30');
    await page.getByRole('button', { name: 'Dry-run' }).click();
    await page.getByText('nothing is done', { exact: true }).waitFor();
    await page.getByText('seq 1 30').first().waitFor();
    expect(await accessFaults(page)).toEqual([]);
    expect((await api.call('GET', 'runs')).body).toEqual({ runs: [], next: null });
    await page.getByLabel('Reason').fill('to hear it');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/\/runs\/(?!new)[^/?]+$/);
    first = page.url().split('/').at(-1) as string;
    await page.getByText('to hear it').waitFor();
    await page
      .getByRole('button', { name: /Talk a while\s*running/ })
      .first()
      .waitFor();
    await page
      .locator('.step-graph')
      .getByRole('button', { name: /Talk a while\s*running/ })
      .waitFor();
    await page.getByRole('link', { name: 'Logs', exact: true }).click();
    await page.getByText('line 30', { exact: true }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Graph', exact: true }).click();
    await page
      .locator('.step-graph')
      .getByRole('button', { name: /Agreed\s*waiting/ })
      .click();
    await page.getByText('0 of 1 agreed').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    // Who asked for the run is told that somebody else must agree.
    await page.getByRole('link', { name: 'Look at the plan and answer' }).first().click();
    await page.getByText('somebody else must agree').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
  }, 120_000);

  it('shows a second person the exact plan, and takes the answer to it', async () => {
    const { page } = approver;
    const { planHash } = await asked(first);
    await page.getByRole('link', { name: /^Approvals\s*1\s*wait for you$/ }).click();
    await page.locator('[data-plan-hash]', { hasText: planHash }).waitFor();
    await page.getByText('HELLO').first().waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Nobody is asked anything').waitFor();
    await page.getByRole('link', { name: 'Approvals', exact: true }).waitFor();
    await admin.page.goto(`/runs/${first}`);
    await status(admin.page, 'succeeded');
    const given = (await api.events(first)).find(({ type }) => type === 'ymera.run.ApprovalGiven');
    expect(given?.data).toMatchObject({ by: 'bea', planHash });
  }, 120_000);

  it('takes a denial with its reason, and says why an answer is refused', async () => {
    const { page, faults } = approver;
    second = await begin(1);
    await asked(second);
    await page.getByText('Say it aloud?').waitFor();
    expect(await page.getByRole('button', { name: 'Deny' }).isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('it is late');
    await page.getByRole('button', { name: 'Deny' }).click();
    await admin.page.goto(`/runs/${second}`);
    await status(admin.page, 'failed');
    // Two windows of one person: the second answer comes too late.
    faults.expect(/409/);
    const third = await begin(1);
    await asked(third);
    await page.getByRole('link', { name: third }).waitFor();
    // The list stays as it was: it gets no answer.
    await page.route('**/api/v1/approvals*', () => undefined);
    await api.call('POST', `runs/${third}/cancel`, {});
    await until(async () => {
      const { body } = (await api.call('GET', `runs/${third}`)) as { body: { phase: string } };
      return body.phase === 'ended';
    }, third);
    await page.getByRole('button', { name: 'Approve' }).press('Enter');
    await page
      .getByRole('alert')
      .filter({ hasText: /run_ended|approval_not_pending/ })
      .waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  }, 120_000);

  it('pauses, resumes and cancels a run, each with a reason', async () => {
    const { page } = admin;
    const run = await begin(5);
    await page.goto(`/runs/${run}`);
    await asked(run);
    await act(page, 'Pause', 'a moment');
    await status(page, 'paused');
    await act(page, 'Resume', 'go on');
    await status(page, 'running');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await act(page, 'Cancel', 'enough of it');
    await status(page, 'cancelled');
    const reasons = (await api.events(run)).map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['a moment', 'go on', 'enough of it']));
    await page.getByRole('button', { name: 'Rerun' }).waitFor();
  }, 120_000);

  it('loses no line and shows none twice while the connection is cut for 10 s', async () => {
    // A browser that is told to be offline keeps its open sockets: so a proxy between the two is cut.
    const proxy = await TcpProxy.to(new URL(stack.file.api).host);
    const { page, context, faults } = await openPage(browser, `http://${proxy.address}`);
    faults.expect(/net::ERR_|WebSocket connection to/);
    await signIn(page, stack.file.credentials);
    const run = await begin(200);
    await page.goto(`/runs/${run}/logs`);
    await page.getByText('line 10', { exact: true }).waitFor();
    proxy.cut();
    await page.locator('[data-feed=offline]').waitFor();
    await page.waitForTimeout(10_000);
    proxy.open();
    await page.getByText('line 200', { exact: true }).waitFor({ timeout: 60_000 });
    await page.locator('[data-feed=live]').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => line.split(' ').slice(3).join(' '))).toEqual(
      Array.from({ length: 200 }, (_, index) => `line ${index + 1}`),
    );
    await page.getByRole('link', { name: 'Graph', exact: true }).click();
    await page
      .getByRole('button', { name: /Agreed\s*waiting/ })
      .first()
      .waitFor();
    await api.call('POST', `runs/${run}/cancel`, {});
    await status(page, 'cancelled');
    expect(faults.unexpected).toEqual([]);
    await context.close();
    proxy.close();
  }, 120_000);

  it('compares two runs that were chosen in the list', async () => {
    const { page } = admin;
    await page.goto('/runs?runbook=talk');
    await page.getByRole('checkbox', { name: `Compare ${first}` }).check();
    await page.getByRole('checkbox', { name: `Compare ${second}` }).check();
    await page.getByRole('link', { name: 'Compare the two' }).click();
    await page.getByRole('region', { name: 'Differences of the input' }).getByText('/lines').waitFor();
    await page.getByText('agreed: denied').waitFor();
    await page.goto('/runs?runbook=talk');
    await page.getByLabel('Status').selectOption('succeeded');
    await page.waitForURL(/status=succeeded/);
    await page.getByRole('link', { name: second }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: first }).waitFor();
  }, 60_000);

  it('is readable on a telephone, dark and light, without a fault of access', async () => {
    const pages = [
      '/runs',
      '/runs/new?runbook=talk',
      `/runs/${first}`,
      `/runs/${first}/timeline`,
      `/runs/${first}/logs`,
      `/runs/${first}/data`,
      `/runs/compare?a=${first}&b=${second}`,
      '/runs/schedules',
      '/runs/locks',
      '/approvals?show=any',
      '/runbooks',
      '/runbooks/talk',
    ];
    const { page } = admin;
    for (const [colorScheme, width] of [
      ['dark', 360],
      ['light', 1280],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 760 });
      for (const path of pages) {
        await page.goto(path);
        await page.locator('h1').waitFor();
        await page.locator('[role=status][aria-label]').first().waitFor({ state: 'detached' });
        expect({ path, faults: await accessFaults(page) }).toEqual({ path, faults: [] });
        expect({ path, width: await page.evaluate(() => document.documentElement.scrollWidth) }).toEqual({
          path,
          width,
        });
      }
    }
    expect(admin.faults.unexpected).toEqual([]);
    expect(approver.faults.unexpected).toEqual([]);
  }, 180_000);
});
