import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { eventName, type EventRecord } from '../../actors/core/event';
import { NatsPublisher } from '../../infra/nats/publisher';
import { createPool } from '../../infra/postgres/pool';
import { chainOf, silent } from '../../projections/_util/fixtures';
import { contextOf } from '../../projections/_util/ledger';
import { projectBatch } from '../../projections/project-batch';
import { findTool } from '../../stack/tools';
import { startTestStack, type TestStack } from '../../tests/_util/stack';
import { launchBrowser, openPage, signIn } from '../../tests/console/_util/browser';
import { median, quantile } from '../measure';
import { runBench } from '../run-bench';
import { watched, type Seen } from './watched';

/**
 * The list of agents with thousands of them, while events of all of them arrive, beside the same list at rest. The agents are rows
 * that were put into the read side as the projector does it; the events are records that go on their chains, published to JetStream.
 */
const rounds = Number(process.env['ROUNDS'] || 2);
const agents = Number(process.env['AGENTS'] || 2_000);
const perSecond = 200;
const seconds = 20;
const everyMs = 50;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Records of all agents, the first of each, then the second of each, and so on. */
function recordsOf(): { births: EventRecord[]; later: EventRecord[] } {
  const each = 1 + Math.ceil((rounds * perSecond * seconds) / agents);
  const chains = Array.from({ length: agents }, (_, i) => chainOf(`agent-${i}`, each));
  const turns = Array.from({ length: each }, (_, turn) => chains.map((chain) => chain[turn] as EventRecord));
  return { births: turns[0] ?? [], later: turns.slice(1).flat() };
}

async function fill(postgres: string, births: readonly EventRecord[]): Promise<void> {
  const pool = createPool(postgres, silent);
  try {
    for (let from = 0; from < births.length; from += 500) {
      const part = births.slice(from, from + 500).map((record) => ({ record, position: null }));
      await projectBatch(contextOf(pool), part);
    }
  } finally {
    await pool.end();
  }
}

/** Scrolls until all agents are listed, and back. */
async function listAll(page: Page): Promise<void> {
  const list = page.getByRole('region', { name: 'List of agents' });
  await list.hover();
  const whole = page.locator(`[role=table][aria-rowcount="${agents + 1}"]`);
  while ((await whole.count()) === 0) {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await delay(100);
  }
  await list.evaluate((element) => element.scrollTo(0, 0));
  await delay(3_000);
}

/** Still for the first half, then scrolled down and up for the second. */
async function look(page: Page): Promise<void> {
  await delay(seconds * 500);
  const until = performance.now() + seconds * 500;
  await page.getByRole('region', { name: 'List of agents' }).hover();
  for (let i = 0; performance.now() < until; i += 1) {
    await page.mouse.wheel(0, i % 100 < 50 ? 600 : -600);
    await delay(16);
  }
}

/** Whether the browser tells of a task that is known to be long: else nothing that it does not tell of means anything. */
async function checkWatching(page: Page): Promise<void> {
  const { longTasks } = await watched(page, async () => {
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          setTimeout(() => {
            for (const began = performance.now(); performance.now() - began < 150;);
            setTimeout(resolve, 100);
          });
        }),
    );
  });
  if (!longTasks.some((task) => task >= 150)) throw new Error('the browser does not tell of a task of 150 ms');
}

async function publish(publisher: NatsPublisher, records: readonly EventRecord[]): Promise<void> {
  const atOnce = (perSecond * everyMs) / 1_000;
  const began = performance.now();
  for (let from = 0; from < records.length; from += atOnce) {
    await publisher.publish(records.slice(from, from + atOnce), 0);
    await delay(Math.max(0, began + (from / atOnce + 1) * everyMs - performance.now()));
  }
}

interface Round {
  rest: Seen;
  busy: Seen;
  heard: number;
  load: number;
}

async function measure(
  stack: TestStack,
  page: Page,
  records: readonly EventRecord[],
  heard: () => number,
): Promise<Round> {
  const rest = await watched(page, () => look(page));
  const publisher = new NatsPublisher([stack.file.nats], { maxMessages: 1_000_000, maxAgeHours: 24 }, silent, 10_000);
  const before = heard();
  const busy = await watched(page, async () => {
    await Promise.all([look(page), publish(publisher, records)]);
  });
  await delay(2_000);
  await publisher.close();
  const name = eventName(records[0] as EventRecord);
  if ((await page.locator('[data-agent]').filter({ hasText: name }).count()) === 0)
    throw new Error('no row has changed');
  return { rest, busy, heard: heard() - before, load: loadavg()[0] ?? NaN };
}

async function main(): Promise<void> {
  const chromium = findTool('chromium');
  if (!('file' in chromium)) throw new Error('there is no Chromium');
  const { births, later } = recordsOf();
  const stack = await startTestStack();
  const browser = await launchBrowser(chromium.file);
  try {
    await fill(stack.file.postgres, births);
    const { page } = await openPage(browser, stack.file.api);
    let events = 0;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (payload.toString().startsWith('{"op":"event"')) events += 1;
      }),
    );
    await signIn(page, stack.file.credentials);
    await page.goto('/agents');
    await listAll(page);
    await checkWatching(page);
    const taken: Round[] = [];
    const each = perSecond * seconds;
    for (let round = 0; round < rounds; round += 1) {
      taken.push(await measure(stack, page, later.slice(round * each, (round + 1) * each), () => events));
    }
    report(taken);
  } finally {
    await browser.close();
    await stack.stop();
  }
}

function report(taken: readonly Round[]): void {
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(', ');
  const row = (what: string, of: (seen: Seen) => number): void =>
    say(`| ${what} | ${list(taken.map(({ rest }) => of(rest)))} | ${list(taken.map(({ busy }) => of(busy)))} |`);
  const over =
    (ms: number) =>
    (seen: Seen): number =>
      seen.longTasks.filter((task) => task > ms).length;
  say(`| ${agents} agents listed, ${seconds} s (${rounds} rounds) | no events | ${perSecond} events/s |`);
  say('|---|---|---|');
  row('tasks over 50 ms', over(50));
  row('tasks over 100 ms', over(100));
  row('the longest, ms', (seen) => Math.max(0, ...seen.longTasks));
  row('frames: p50, ms', (seen) => median(seen.frames));
  row('frames: p95, ms', (seen) => quantile(seen.frames, 0.95));
  say(`\nEvents that the page was told: ${list(taken.map(({ heard }) => heard))} of ${perSecond * seconds} each.`);
  say(`Load of the machine at the end of each round: ${taken.map(({ load }) => load.toFixed(1)).join(', ')}.`);
}

runBench(main);
