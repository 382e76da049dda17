import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { startBenchStack } from './bench-stack';
import { runBench } from './run-bench';
import { closedLoop, Mixture, openLoop } from './soak/mixture';
import { Probe } from './soak/probe';
import { loadTable, memoryTable, type Moment } from './soak/tables';
import { Witness } from './soak/witness';

const minutes = Number(process.env['MINUTES'] || 30);
const agents = Number(process.env['AGENTS'] || 50);
const ceilingSeconds = Number(process.env['CEILING_SECONDS'] || 15);
const callers = 32;
/** At least ten looks in each tenth of the time. */
const lookMs = Math.min(15_000, minutes * 600);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Half of what the stack can do, for as long as was told. @returns how it stood, from before the load until its end */
async function soak(mixture: Mixture, probe: Probe, perSecond: number): Promise<Moment[]> {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const began = performance.now();
  let latencies: number[] = [];
  let errors = mixture.done.errors.length;
  const moments: Moment[] = [];
  const look = async (): Promise<void> => {
    const at = (performance.now() - began) / 60_000;
    const reading = await probe.read();
    moments.push({
      minutes: at,
      reading,
      latencies,
      errors: mixture.done.errors.length - errors,
      loadLoopMs: loop.percentile(99) / 1e6,
    });
    latencies = [];
    errors = mixture.done.errors.length;
    loop.reset();
  };
  await look();
  const state = { running: true };
  const load = openLoop(mixture, perSecond, minutes * 60, (ms) => latencies.push(ms)).then(() => {
    state.running = false;
  });
  while (state.running) {
    await Promise.race([delay(lookMs), load]);
    // A stack that can't be looked at is an error of its own, and no reason to end.
    await look().catch((error: unknown) => mixture.done.errors.push(`look: ${String(error)}`));
  }
  await load;
  loop.disable();
  return moments;
}

async function main(): Promise<void> {
  await using stack = await startBenchStack();
  const probe = await Probe.open(stack);
  const witness = await Witness.open(stack);
  const mixture = await Mixture.prepare(stack, agents);
  await closedLoop(mixture, callers, 5);
  const ceiling = await closedLoop(mixture, callers, ceilingSeconds);
  // What it has left behind is no part of the soak.
  await settled(probe, witness);
  const before = await probe.disk();
  say(`ceiling: ${ceiling.toFixed(1)} operations/s by ${callers} callers on ${agents} agents, ${ceilingSeconds} s`);
  say(`then ${minutes} minutes at ${(ceiling / 2).toFixed(1)} operations/s, a look each ${lookMs / 1000} s\n`);
  const moments = await soak(mixture, probe, ceiling / 2);
  const ended = performance.now();
  await settled(probe, witness);
  const settling = ((performance.now() - ended) / 1000).toFixed(0);
  for (const line of [...loadTable(moments), '', ...memoryTable(moments), '']) say(line);
  const after = await probe.disk();
  const disk = (['temporal', 'nats', 'redis', 'postgres'] as const).map(
    (role) => `${role} ${before[role].toFixed(0)} to ${after[role].toFixed(0)} MiB`,
  );
  say(`on disk: ${disk.join(', ')}`);
  const { counts, faults } = await witness.verdict(stack, mixture.done);
  const { errors } = mixture.done;
  say(`errors: ${errors.length}; processes begun anew: ${(await probe.read()).restarts}; lag 0 after ${settling} s`);
  say(`counted anew: ${counts}; faults: ${faults.length}`);
  for (const line of [...errors.slice(0, 10), ...faults.slice(0, 10)]) say(`- ${line}`);
  await probe.close();
}

/** Waits until the ledger has everything and no frame comes any more. @throws Error where the ledger does not get there within ten minutes */
async function settled(probe: Probe, witness: Witness): Promise<void> {
  const deadline = performance.now() + 600_000;
  while ((await probe.read()).unconsumed > 0) {
    if (performance.now() > deadline) throw new Error('the ledger has not caught up within ten minutes');
    await delay(500);
  }
  await witness.quiet();
}

runBench(main);
