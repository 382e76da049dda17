import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import type { Browser, Page } from 'playwright-core';
import { distDir } from '../../infra/paths';
import { ApiClient, until } from '../_util/api-client';
import { ownerPool } from '../_util/owner-pool';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';
import { accessFaults, launchBrowser, openPage, signIn, type OpenPage } from './_util/browser';

jest.setTimeout(60_000);

const run = promisify(execFile);
const verdictNames = ['Intact', 'Complete', 'Attributed', 'Replay-consistent'];

describeWithTools(['chromium'], 'evidence in the console', ({ chromium }) => {
  let stack: TestStack;
  let browser: Browser;
  let client: ApiClient;
  let owner: Pool;
  let open: OpenPage;
  let folder: string;

  beforeAll(async () => {
    const env = { EVIDENCE_CHECKPOINT_SECONDS: '1', EVIDENCE_ARCHIVE_SECONDS: '1', METRICS_SAMPLE_SECONDS: '1' };
    [stack, browser] = await Promise.all([startTestStack({ env }), launchBrowser(chromium)]);
    folder = await mkdtemp(join(tmpdir(), 'ymera-console-'));
    client = await ApiClient.login(stack.file);
    owner = ownerPool(stack.file.postgres, 'off');
    for (const id of ['shop', 'search', 'payments']) {
      await client.flagsAgent(id);
      for (let i = 1; i < 20; i += 1) await client.setFlag(id, `k${i % 5}`, i);
    }
    const signed = async (): Promise<boolean> =>
      (await read<{ checkpoints: object[] }>('evidence/checkpoints')).checkpoints.length > 0;
    await until(signed, 'a signed checkpoint');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await owner?.end();
    await stack?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  }, 60_000);

  beforeEach(async () => {
    open = await openPage(browser, stack.file.api);
    await signIn(open.page, stack.file.credentials);
  });
  afterEach(async () => {
    expect(open.faults.unexpected).toEqual([]);
    await open.context.close();
  });

  async function read<T>(path: string): Promise<T> {
    return (await client.call('GET', path)).body as T;
  }

  /** Starts a verification by the dialog and waits for its end. */
  async function verify(page: Page, agents: string): Promise<void> {
    await page.goto('/evidence');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Verify' });
    await dialog.getByLabel('Agent or run').fill(agents);
    await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.waitForURL(/\/evidence\/verifications\//);
    await page.getByText('Done', { exact: true }).first().waitFor({ timeout: 60_000 });
  }

  /** The outcome of each of the four, of the agent whose panel it is. */
  async function verdictsOf(page: Page, agent: string): Promise<(string | null)[]> {
    const panel = page.getByRole('region', { name: new RegExp(`^${agent} `) });
    const tiles = panel.getByRole('list', { name: 'The four verdicts' }).getByRole('listitem');
    await tiles.first().waitFor();
    expect(await tiles.count()).toBe(4);
    return Promise.all(
      verdictNames.map((name) => tiles.filter({ hasText: name }).first().getAttribute('data-verdict')),
    );
  }

  it('shows how far all is signed, and by which keys', async () => {
    const { page } = open;
    const { keys } = await read<{ keys: { keyId: string }[] }>('evidence/keys');
    await page.goto('/evidence');
    const fingerprint = keys[0]?.keyId.match(/.{4}/g)?.join(' ') ?? 'none';
    await page.getByRole('table', { name: 'Signing keys' }).getByText(fingerprint).waitFor();
    await page.getByText(/^Number \d+$/).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  }, 60_000);

  it('gives four verdicts on an agent, never one', async () => {
    const { page } = open;
    await verify(page, 'payments');
    expect(await verdictsOf(page, 'payments')).toEqual(['pass', 'pass', 'pass', 'pass']);
    await page.getByRole('status').filter({ hasText: '1 agent: 1 with all four passed' }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.goto('/evidence');
    await page.getByRole('table', { name: 'Verifications' }).getByRole('link', { name: 'payments' }).waitFor();
  }, 90_000);

  it('shows the first bad record between those before and after it, on paper too', async () => {
    const { page } = open;
    const { rows } = await owner.query<{ record: { data: object; hash: string } }>(
      `SELECT record FROM events WHERE agent_id = 'shop' AND sequence = 8`,
    );
    const sound = rows[0]?.record;
    if (!sound) throw new Error('no record 8');
    await owner.query(`UPDATE events SET record = $1 WHERE agent_id = 'shop' AND sequence = 8`, [
      JSON.stringify({ ...sound, data: { ...sound.data, value: 'forged' } }),
    ]);
    await owner.query(`DELETE FROM events WHERE agent_id = 'search' AND sequence = 11`);
    await verify(page, 'shop search');
    expect(await verdictsOf(page, 'shop')).toEqual(['fail', 'pass', 'pass', 'fail']);
    expect(await verdictsOf(page, 'search')).toEqual(['pass', 'fail', 'pass', 'fail']);
    const altered = page.getByRole('region', { name: 'Record 8 in its context' });
    const rowsShown = altered.getByRole('table').getByRole('row');
    await rowsShown.nth(7).waitFor();
    expect(await rowsShown.count()).toBe(8);
    expect(await altered.locator('tr[aria-current]').innerText()).toMatch(/^8\s+first bad/);
    await altered.getByText(sound.hash, { exact: true }).waitFor();
    const there = altered.getByRole('link', { name: 'The agent at this moment' });
    expect(await there.getAttribute('href')).toBe('/agents/shop/time?at=8');
    const missing = page.getByRole('region', { name: 'Record 11 in its context' });
    await missing.getByText('nothing in the ledger', { exact: false }).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    const paper = page.locator('.print-report');
    await paper.getByText('record 8 does not hash to what it says', { exact: false }).waitFor();
    for (const hidden of [page.getByRole('navigation'), altered]) expect(await hidden.first().isVisible()).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  }, 120_000);

  it('hands out a bundle that holds on another machine', async () => {
    const { page } = open;
    await page.goto('/agents/payments/evidence');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export evidence' });
    expect(await dialog.getByLabel('Agent').inputValue()).toBe('payments');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export' }).click(),
    ]);
    await dialog.getByText(/was saved, [\d.]+ kB/).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    const zip = join(folder, 'payments.zip');
    const keys = join(folder, 'keys.json');
    await file.saveAs(zip);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.goto('/evidence');
    const [kept] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save keys.json' }).click(),
    ]);
    await kept.saveAs(keys);
    const verifier = [join(distDir, 'ymera-verify.js'), zip, '--key', keys];
    const { stdout } = await run(process.execPath, verifier);
    expect(stdout).toContain('payments');
    const forged = join(folder, 'forged.json');
    await writeFile(forged, '{"keys":[]}');
    await expect(run(process.execPath, [...verifier.slice(0, 3), forged])).rejects.toThrow();
  }, 60_000);

  it('places a legal hold, and releases it, each with a reason', async () => {
    const { page } = open;
    await page.goto('/agents/payments/evidence');
    await page.getByRole('button', { name: 'Place a hold' }).click();
    await page.getByLabel('Reason').fill('Case 12');
    await page.getByRole('button', { name: 'Place the hold' }).click();
    await page.getByRole('table', { name: 'Legal holds' }).getByText('Case 12').waitFor();
    await page.getByText('in force: nothing more expires').waitFor();
    await page.getByRole('button', { name: 'Change the class' }).click();
    open.faults.expect(/unknown|4\d\d/);
    await page.getByLabel('Class').fill('no-such');
    await page.getByLabel('Reason').fill('to see');
    await page.getByRole('button', { name: 'Set the class' }).click();
    await page.getByText('unknown_retention_class').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Release the hold on payments' }).click();
    await page.getByLabel('Reason').fill('Closed');
    await page.getByRole('button', { name: 'Release the hold', exact: true }).click();
    await page.getByText('No legal hold is in force').waitFor();
    await page.getByLabel('released ones too').check();
    await page.getByText('Released by admin').waitFor();
  }, 60_000);

  it('measures how its pages are felt, and tells the API', async () => {
    const { page } = open;
    await page.goto('/evidence');
    await page.getByRole('heading', { name: 'Evidence', exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Keys that sign' }).click();
    const told = async (): Promise<string[]> => {
      // Hidden is when the rest is told: as when a reader leaves.
      await page.goto('/evidence?again');
      const { vitals } = await read<{ vitals: { name: string }[] }>('metrics/frontend?page=/evidence');
      return vitals.map(({ name }) => name);
    };
    await page.waitForTimeout(500);
    await until(async () => (await told()).length >= 5, 'web vitals', 40_000);
    expect(await told()).toEqual(expect.arrayContaining(['CLS', 'FCP', 'FID', 'LCP', 'TTFB']));
  }, 60_000);

  it('draws on its boards what processes have measured, in words and as a table too', async () => {
    const { page } = open;
    await page.goto('/dashboards/system?span=15m');
    const memory = page.getByRole('region', { name: 'Memory by process', exact: true });
    await memory.locator('canvas').waitFor();
    const lines = memory.getByRole('table', { name: /what the lines come to/ });
    for (const role of ['api', 'worker', 'projector']) await lines.getByText(role, { exact: true }).waitFor();
    expect(await lines.getByRole('row').nth(1).innerText()).toMatch(/\d+ MB/);
    await memory.getByText('As a table').click();
    await memory.getByRole('region', { name: 'Memory by process, as a table' }).getByText(/\d MB/).first().waitFor();
    // What is on the canvas: a line of another light is another colour.
    const inked = (): Promise<string> =>
      memory.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const inLight = await inked();
    expect(await accessFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await until(async () => (await inked()) !== inLight, 'a chart in the other light');
    expect(await accessFaults(page)).toEqual([]);
    await page.getByLabel('Time shown').selectOption('Last day');
    await page.getByLabel('Refreshed every').selectOption('Not refreshed');
    await page.waitForURL('**/dashboards/system?span=24h&refresh=off');
    await page.setViewportSize({ width: 360, height: 740 });
    for (const board of ['Security', 'Performance', 'Agents']) {
      await page.getByRole('navigation', { name: 'Dashboards' }).getByRole('link', { name: board }).click();
      await page.getByRole('heading', { name: board, level: 2, exact: true }).waitFor({ state: 'attached' });
      await page.locator('canvas').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
    expect(await accessFaults(page)).toEqual([]);
  }, 90_000);
});
