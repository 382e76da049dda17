import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { applyCommand, createAgent } from '../actors/core/agent';
import { foldAgent, unborn } from '../actors/core/agent-state';
import type { EventRecord } from '../actors/core/event';
import { checkedConfig } from '../actors/core/validate';
import { flags } from '../actors/flags/flags';
import { createProjectorMetrics } from '../infra/metrics/projector';
import { createPool } from '../infra/postgres/pool';
import { projectBatch } from '../projections/project-batch';
import { foldCode } from '../projections/queries/fold-code';
import { snapshotEvery, Snapshots } from '../projections/queries/snapshots';
import { SnapshotMaker } from '../projections/snapshot-maker';
import { ApiClient } from '../tests/_util/api-client';
import { startTestStack } from '../tests/_util/stack';
import { median, quantile } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 5);
const length = Number(process.env['EVENTS'] || 100_000);
const reads = 200;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const list = (values: number[], digits: number): string => values.map((value) => value.toFixed(digits)).join(', ');

/** An agent that has set one of its flags after another, again and again, as an agent makes its records. */
function chainOf(id: string, keys: number): EventRecord[] {
  const time = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
  const command = { id: `${id}-0`, principal: 'bench' };
  let made = createAgent(flags, { kind: 'flags', id, name: id, config: checkedConfig(flags, {}), command }, time(0));
  const records = [...made.records];
  for (let i = 1; i < length; i += 1) {
    const data = { key: `flag-${i % keys}`, value: i };
    made = applyCommand(flags, made.agent, { ...command, id: `${id}-${i}`, type: 'SetFlag', data }, time(i));
    records.push(...made.records);
  }
  return records;
}

function foldRates(records: EventRecord[]): number[] {
  const rate = (): number => {
    const began = performance.now();
    foldAgent(flags, unborn(flags, 'bench'), records);
    return records.length / ((performance.now() - began) / 1000);
  };
  rate();
  return Array.from({ length: rounds }, rate);
}

async function main(): Promise<void> {
  const records = chainOf('deep', 50);
  say(`| what (${rounds} rounds) | measured | aim |`);
  say('|---|---|---|');
  for (const keys of [10, 50, 500]) {
    const rates = foldRates(keys === 50 ? records : chainOf('other', keys));
    say(`| fold of ${length} events, ${keys} flags, one core | ${list(rates, 0)} events/s | ≥ 200,000/s |`);
  }
  const stack = await startTestStack();
  const logger = pino({ level: 'warn' });
  const pool = createPool(stack.file.postgres, logger);
  try {
    const context = { pool, logger, metrics: createProjectorMetrics(new Registry()) };
    for (let from = 0; from < length; from += 1_000) {
      const page = records.slice(from, from + 1_000);
      await projectBatch(
        context,
        page.map((record) => ({ record, position: null })),
      );
    }
    const api = await ApiClient.login(stack.file);
    const timed = async (path: string): Promise<number> => {
      const began = performance.now();
      const { status } = await api.call('GET', path);
      if (status !== 200) throw new Error(`${path}: ${status}`);
      return performance.now() - began;
    };
    const began = performance.now();
    await new SnapshotMaker(pool, new Snapshots(pool, foldCode, logger), logger).make('deep');
    say(`| all snapshots of ${length} events made | ${(performance.now() - began).toFixed(0)} ms | |`);
    await pool.query('DELETE FROM folded_snapshots');
    const cold = await timed(`agents/deep/state?at=${length}`);
    say(`| state?at=${length} over HTTP without any snapshot, which makes them | ${cold.toFixed(0)} ms | |`);
    for (let count = 0; count < Math.floor(length / snapshotEvery); await delay(100)) {
      count = (await pool.query('SELECT FROM folded_snapshots')).rowCount ?? 0;
    }
    const times = records.map(({ time }) => time);
    const moments: [string, () => string][] = [
      ['state?at=N', () => `state?at=${1 + Math.floor(Math.random() * length)}`],
      ['state?at=<time>', () => `state?at=${times[Math.floor(Math.random() * length)]}`],
    ];
    for (const [what, path] of moments) {
      const found: number[][] = [];
      for (let round = 0; round < rounds; round += 1) {
        const latencies: number[] = [];
        for (let i = 0; i < reads; i += 1) latencies.push(await timed(`agents/deep/${path()}`));
        found.push(latencies);
      }
      const [p50, p99] = [found.map(median), found.map((latencies) => quantile(latencies, 0.99))];
      say(`| ${what} in ${length} events over HTTP, p50; p99 | ${list(p50, 1)} ms; ${list(p99, 1)} ms | p50 < 30 ms |`);
    }
  } finally {
    await pool.end();
    await stack.stop();
  }
}

runBench(main);
