import type { Browser, Page, Route } from 'playwright-core';
import { accessFaults, launchBrowser, openPage, signIn } from './_util/browser';
import { until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';

describeWithTools(['chromium'], 'the door of the console', ({ chromium }) => {
  let stack: TestStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser(chromium)]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('lets in who knows the password, and says what is wrong with one that is', async () => {
    const { page, faults, context } = await openPage(browser, stack.file.api);
    await page.goto('/agents?kind=flags');
    expect(await accessFaults(page)).toEqual([]);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('not this');
    faults.expect(/401/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('invalid_credentials').waitFor();
    await page.getByLabel('Password').fill(stack.file.credentials.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor();
    expect(page.url()).toContain('/agents?kind=flags');
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 60_000);

  /** As if the token had run out. */
  const spend = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('ymera.session') as string) as object;
      localStorage.setItem('ymera.session', JSON.stringify({ ...kept, accessUntil: 0 }));
    });

  it('shares a session between tabs, renews it once, and ends it in all of them', async () => {
    const { page, faults, context } = await openPage(browser, stack.file.api);
    await signIn(page, stack.file.credentials);
    const other = await context.newPage();
    await faults.watch(other);
    // Both tabs need a new token in the same moment, and a refresh token is good once.
    for (let round = 0; round < 5; round += 1) {
      await spend(page);
      await Promise.all([page.reload(), other.goto('/agents')]);
      for (const tab of [page, other]) await tab.locator('[data-feed=live]').waitFor();
    }
    await other.getByRole('button', { name: 'Account' }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const tab of [other, page]) await tab.getByRole('heading', { name: 'Sign in to Ymera' }).waitFor();
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 90_000);

  it('goes on where a page was reloaded before it had its new token', async () => {
    const { page, faults, context } = await openPage(browser, stack.file.api);
    await signIn(page, stack.file.credentials);
    let lost = 0;
    const lose = async (route: Route): Promise<void> => {
      expect((await route.fetch()).status()).toBe(200);
      lost += 1;
      await page.unroute('**/auth/refresh');
    };
    await page.route('**/auth/refresh', lose);
    await spend(page);
    await page.getByRole('link', { name: 'Approvals' }).click();
    await until(async () => lost === 1, 'an answer that nobody gets');
    await page.reload();
    await page.locator('[data-feed=live]').waitFor();
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 60_000);

  it('leads by the keyboard alone to a page, and shows no fault of access on it', async () => {
    const { page, faults, context } = await openPage(browser, stack.file.api, { width: 360, height: 740 });
    await signIn(page, stack.file.credentials);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Page, agent or run' }).fill('agents');
    await page.getByRole('option', { name: /Agents/ }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 60_000);
});
