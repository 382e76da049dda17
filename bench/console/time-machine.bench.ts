import type { Browser, Page } from 'playwright-core';
import { createPool } from '../../infra/postgres/pool';
import { chainOf, silent } from '../../projections/_util/fixtures';
import { contextOf } from '../../projections/_util/ledger';
import { projectBatch } from '../../projections/project-batch';
import { foldCode } from '../../projections/queries/fold-code';
import { Snapshots } from '../../projections/queries/snapshots';
import { SnapshotMaker } from '../../projections/snapshot-maker';
import { findTool } from '../../stack/tools';
import { launchBrowser, openPage, signIn } from '../../tests/console/_util/browser';
import { startTestStack, type TestStack } from '../../tests/_util/stack';
import { median, quantile } from '../measure';
import { runBench } from '../run-bench';
import { watched, type Seen } from './watched';

const rounds = Number(process.env['ROUNDS'] || 3);
/** The short history is what the long one is compared with: it fits on one page. */
const lengths = [1_000, Number(process.env['EVENTS'] || 100_000)];
const places = 20;
const dragSteps = 120;
const playMs = 5_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const list = (values: number[], digits = 0): string => values.map((value) => value.toFixed(digits)).join(', ');

/** As the projector does, and the maker of snapshots after it. */
async function fill(postgres: string): Promise<void> {
  const pool = createPool(postgres, silent);
  try {
    for (const length of lengths) {
      const chain = chainOf(`long-${length}`, length);
      for (let from = 0; from < length; from += 1_000) {
        const page = chain.slice(from, from + 1_000);
        await projectBatch(
          contextOf(pool),
          page.map((record) => ({ record, position: null })),
        );
      }
      await new SnapshotMaker(pool, new Snapshots(pool, foldCode, silent), silent).make(`long-${length}`);
    }
  } finally {
    await pool.end();
  }
}

const isAt = (page: Page, sequence: number): Promise<void> =>
  page.getByRole('heading', { name: `State after event ${sequence}`, exact: true }).waitFor();

/** Goes to a moment by its number. @returns ms until its state is shown, by the page's own clock */
async function jump(page: Page, sequence: number): Promise<number> {
  await page.getByRole('textbox', { name: /Go to an event/ }).fill(String(sequence));
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        const observer = new MutationObserver(() => {
          if (![...document.querySelectorAll('h2')].some(({ textContent }) => textContent === wanted)) return;
          observer.disconnect();
          resolve(performance.now() - began);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Go')?.click();
      }),
    `State after event ${sequence}`,
  );
}

/** Over the whole history and back, as somebody who looks for something. */
async function drag(page: Page): Promise<void> {
  const box = await page.getByRole('img', { name: /How many events/ }).boundingBox();
  if (!box) throw new Error('there is no strip');
  await page.mouse.move(box.x + 2, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 0; i <= dragSteps; i += 1) {
    const share = 1 - Math.abs(1 - (2 * i) / dragSteps);
    await page.mouse.move(box.x + 2 + share * (box.width - 4), box.y + box.height / 2);
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
}

async function play(page: Page): Promise<void> {
  await jump(page, 2);
  await page.getByLabel('Speed').selectOption('× 1000');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForTimeout(playMs);
  const pause = page.getByRole('button', { name: 'Pause' });
  if (await pause.isVisible()) await pause.click();
}

async function scrollList(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'All events' }).hover();
  for (let i = 0; i < 60; i += 1) {
    await page.mouse.wheel(0, i < 30 ? 4_000 : -4_000);
    await page.waitForTimeout(16);
  }
}

interface Round {
  open: number;
  jumps: number[];
  seen: Record<string, Seen>;
  requests: number;
  megabytes: number;
  heap: number;
}

async function measure(stack: TestStack, browser: Browser, length: number): Promise<Round> {
  const { page, context } = await openPage(browser, stack.file.api);
  let bytes = 0;
  let requests = 0;
  await signIn(page, stack.file.credentials);
  page.on('requestfinished', (request) => {
    if (!/agents\/[^/]+\/(events|state)\?/.test(request.url())) return;
    requests += 1;
    void request.sizes().then(({ responseBodySize }) => (bytes += responseBodySize));
  });
  const began = performance.now();
  await page.goto(`/agents/long-${length}/time`);
  await isAt(page, length);
  const open = performance.now() - began;
  const jumps: number[] = [];
  const seen: Record<string, Seen> = {};
  seen[`${places} random places`] = await watched(page, async () => {
    for (let i = 0; i < places; i += 1) jumps.push(await jump(page, 2 + Math.floor(Math.random() * (length - 2))));
  });
  seen['a drag over all and back'] = await watched(page, () => drag(page));
  seen['the list scrolled'] = await watched(page, () => scrollList(page));
  seen[`play × 1000 for ${playMs / 1000} s`] = await watched(page, () => play(page));
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  await context.close();
  return { open, jumps, seen, requests, megabytes: bytes / 2 ** 20, heap: heap / 2 ** 20 };
}

async function main(): Promise<void> {
  const chromium = findTool('chromium');
  if (!('file' in chromium)) throw new Error('there is no Chromium');
  const stack = await startTestStack();
  const browser = await launchBrowser(chromium.file);
  try {
    await fill(stack.file.postgres);
    const found = new Map<number, Round[]>(lengths.map((length) => [length, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const length of lengths) found.get(length)?.push(await measure(stack, browser, length));
    }
    say(`| what (${rounds} rounds, side by side) | ${lengths.map((length) => `${length} events`).join(' | ')} |`);
    say('|---|---|---|');
    const row = (what: string, cell: (taken: Round[]) => string): void =>
      say(`| ${what} | ${[...found.values()].map(cell).join(' | ')} |`);
    row('page asked for until its state is shown', (taken) => `${list(taken.map(({ open }) => open))} ms`);
    row(
      `a random place until its state is shown, p50; worst of ${places}`,
      (taken) =>
        `${list(taken.map(({ jumps }) => median(jumps)))}; ${list(taken.map(({ jumps }) => Math.max(...jumps)))} ms`,
    );
    for (const what of Object.keys(found.get(lengths[0] ?? 0)?.[0]?.seen ?? {})) {
      const of = (taken: Round[]): Seen[] => taken.flatMap(({ seen }) => seen[what] ?? []);
      row(`${what}: frames, p50; p95`, (taken) => {
        const frames = of(taken).map((seen) => seen.frames);
        return `${list(frames.map(median))}; ${list(frames.map((each) => quantile(each, 0.95)))} ms`;
      });
      row(`${what}: tasks over 50 ms; the longest`, (taken) => {
        const tasks = of(taken).map(({ longTasks }) => longTasks);
        return `${list(tasks.map((each) => each.length))}; ${list(tasks.map((each) => Math.max(0, ...each)))} ms`;
      });
    }
    row('requests for events and states; MB', (taken) => {
      return `${list(taken.map(({ requests }) => requests))}; ${list(taken.map(({ megabytes }) => megabytes, 1))}`;
    });
    row("the page's own heap at the end", (taken) => `${list(taken.map(({ heap }) => heap))} MB`);
  } finally {
    await browser.close();
    await stack.stop();
  }
}

runBench(main);
