import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { EventRecord } from '../../actors/core/event';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';
import { accessFaults, launchBrowser, openPage, signIn, type OpenPage } from './_util/browser';
import { stateAfter, toldState } from './_util/moments';

const length = 640;
const keys = 8;

describeWithTools(['chromium'], 'the time machine', ({ chromium }) => {
  let stack: TestStack;
  let browser: Browser;
  let api: ApiClient;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser(chromium)]);
    api = await ApiClient.login(stack.file);
    await api.flagsAgent('shop', { max_flags: 50 });
    for (let from = 1; from < length; from += 100) {
      const batch = Array.from({ length: Math.min(100, length - from) }, (_, i) => ({
        type: 'SetFlag',
        data: { key: `flag-${(from + i) % keys}`, value: from + i },
        reason: `step ${from + i}`,
      }));
      const { status } = await api.call('POST', 'agents/shop/commands', batch);
      expect(status).toBe(200);
    }
    await until(async () => {
      const { body } = await api.call('GET', 'agents/shop/events/histogram?buckets=1');
      return (body as { buckets: { to: number }[] }).buckets[0]?.to === length;
    }, 'the ledger');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  /** A page of its own, signed in, at a moment. */
  async function at(query: string, size?: { width: number; height: number }): Promise<OpenPage> {
    const open = await openPage(browser, stack.file.api, size);
    await signIn(open.page, stack.file.credentials);
    await open.page.goto(`/agents/shop/time${query}`);
    await open.page.getByRole('region', { name: 'State at this moment' }).waitFor();
    return open;
  }

  const told = (sequence: number) => toldState(api, 'shop', sequence);

  it('shows at any moment what the API tells of it, by number, slider, keys and link', async () => {
    const { page, faults, context } = await at('');
    const slider = page.getByRole('slider', { name: 'Moment' });
    const goTo = page.getByRole('textbox', { name: /Go to an event/ });
    for (let i = 0; i < 10; i += 1) {
      const sequence = 1 + Math.floor(Math.random() * length);
      await goTo.fill(String(sequence));
      await goTo.press('Enter');
      expect([sequence, await stateAfter(page, sequence)]).toEqual([sequence, await told(sequence)]);
    }
    // Also where the address is being written for the last one in that moment.
    for (const pause of [230, 240, 250, 260, 270]) {
      await goTo.fill('600');
      await goTo.press('Enter');
      await delay(pause);
      await goTo.fill(String(pause));
      await goTo.press('Enter');
      expect(await stateAfter(page, pause)).toEqual(await told(pause));
    }
    await slider.focus();
    for (const [key, there] of [
      ['Home', 1],
      ['ArrowRight', 2],
      ['PageUp', 34],
      ['End', length],
      ['ArrowLeft', length - 1],
    ] as const) {
      await page.keyboard.press(key);
      expect(await stateAfter(page, there)).toEqual(await told(there));
    }
    await page.getByLabel('Scale').selectOption('by time');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await stateAfter(page, length - 2);
    const { body } = await api.call('GET', `agents/shop/events?from=300&limit=1`);
    const { time } = (body as { events: EventRecord[] }).events[0] as EventRecord;
    const then = (await api.call('GET', `agents/shop/state?at=${time}`)).body as { sequence: number };
    await goTo.fill(time);
    await goTo.press('Enter');
    await stateAfter(page, then.sequence);
    await page.waitForURL(`**/time?*at=${then.sequence}*`);
    await page.reload();
    expect(await stateAfter(page, then.sequence)).toEqual(await told(then.sequence));
    await page.getByRole('button', { name: 'Compare with the server' }).click();
    await page.getByText(`The server folds the very same state after event ${then.sequence}.`).waitFor();
    await page.getByText(`Chain holds, ${length} records checked`).waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await goTo.fill('9999');
    await goTo.press('Enter');
    await page.getByRole('alert').getByText(`There are events 1 to ${length}.`).waitFor();
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 120_000);

  it('shows what differs, and leads to who changed a field', async () => {
    const { page, faults, context } = await at('?at=200');
    const changes = page.getByRole('region', { name: 'Changes' });
    await page.getByRole('heading', { name: '1 change by event 200' }).waitFor();
    await changes.getByText(`/state/flags/flag-${199 % keys}`).waitFor();
    await page.getByLabel('Compare with').selectOption('now');
    await page.getByRole('heading', { name: `${keys} changes from event 200 to ${length}` }).waitFor();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByRole('button', { name: 'Event before' }).click();
    await page.getByRole('heading', { name: '1 change from event 199 to 200' }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessFaults(page)).toEqual([]);
    await changes.getByRole('button', { name: '/state/flags/flag-7' }).click();
    const blamed = page.getByRole('region', { name: 'Events that changed /state/flags/flag-7' });
    await blamed.getByText('step 631').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await blamed.getByRole('button', { name: 'Event 632' }).click();
    expect(await stateAfter(page, 632)).toMatchObject({ '/state/flags/flag-7': 631 });
    await page.getByRole('textbox', { name: 'Field, as a JSON Pointer' }).fill('/config');
    await page.getByRole('button', { name: 'Who changed it' }).click();
    await page.getByRole('region', { name: 'Events that changed /config' }).getByText('AgentCreated').waitFor();
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 120_000);

  it('plays, follows what happens, and forks', async () => {
    const { page, faults, context } = await at('?at=600');
    await page.getByLabel('Speed').selectOption('× 1000');
    await page.getByRole('button', { name: 'Play' }).click();
    await stateAfter(page, length);
    expect(await page.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Follow' }).click();
    for (let i = 0; i < 3; i += 1) await api.setFlag('shop', 'live', i);
    expect(await stateAfter(page, length + 3)).toMatchObject({ '/state/flags/live': 2 });
    await page.getByText(`Chain holds, ${length + 3} records checked`).waitFor();
    await page.getByRole('button', { name: 'First event' }).click();
    await stateAfter(page, 1);
    await page.getByRole('button', { name: 'Fork from here' }).click();
    const dialog = page.getByRole('dialog', { name: 'Fork from event 1' });
    await dialog.getByLabel('Id').fill('shop-again');
    expect(await accessFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.waitForURL('**/agents/shop-again/time');
    await page.getByRole('heading', { name: 'Event 1: AgentForked' }).waitFor();
    const { body } = await api.call('GET', 'agents/shop-again');
    expect(body).toMatchObject({ forkedFrom: { agent: 'shop', sequence: 1 }, state: { flags: {} } });
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 120_000);

  it('shows a run likewise, says of what has no forks that it has none, and fits a telephone', async () => {
    const source = 'name: wave\nsteps: [{id: hello, action: debug.echo, with: {value: hi}}]';
    expect((await api.call('POST', 'runbooks', { source })).status).toBe(201);
    expect((await api.call('POST', 'runs', { runbook: 'wave', id: 'wave-1' })).status).toBe(201);
    await until(async () => (await api.call('GET', 'runs/wave-1')).body.status === 'succeeded', 'the run');
    const { page, faults, context } = await at('?at=2', { width: 360, height: 740 });
    expect(await accessFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.goto('/runs/wave-1/time?at=1');
    await page.getByRole('heading', { name: 'Event 1: AgentCreated' }).waitFor();
    await page.getByRole('button', { name: 'Fork from here' }).click();
    const dialog = page.getByRole('dialog', { name: 'Fork from event 1' });
    await dialog.getByText('A new run goes on from there', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    await page.goto('/agents/policy/time');
    await page.getByRole('button', { name: 'Fork from here' }).click();
    await page.getByText('Agents of kind policy have no forks.').waitFor();
    await page.keyboard.press('Escape');
    faults.expect(/404/);
    await page.goto('/agents/nobody/time');
    await page.getByRole('alert').getByText('agent_not_found').waitFor();
    expect(faults.unexpected).toEqual([]);
    await context.close();
  }, 120_000);
});
