import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { uuidv7 } from 'uuidv7';
import { distDir } from '../infra/paths';
import { Replayer } from '../temporal/replay';
import { takeHistory } from '../temporal/run-history';
import { agentWorkflowId, dispatch, type Dispatch } from '../workflows/messages';
import { RunLab } from '../tests/_util/run-lab';
import { report } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 7);
const events = Number(process.env['EVENTS'] || 4000);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const id = 'long';

/** A run with so many events: while NATS is away an agent does not continue as new before Temporal suggests it. */
async function longHistory(lab: RunLab): Promise<Uint8Array> {
  const config = { checkpoint_interval: 3600, log_level: 'info', max_flags: 500 };
  await lab.agents.create({ kind: 'flags', id, name: id, config, command: { id: uuidv7(), principal: 'bench' } });
  await lab.servers.nats.stop();
  const handle = lab.client.workflow.getHandle(agentWorkflowId(id));
  for (let sent = 0; ; sent += 1) {
    const commands = Array.from({ length: 2 }, (_, i) => {
      return {
        id: uuidv7(),
        type: 'SetFlag',
        data: { key: `k${i}`, value: `${sent} ${'x'.repeat(100)}` },
        principal: 'bench',
      };
    });
    const order: Dispatch = { commands, delivered: { published: 0, checkpointed: 0 } };
    // One that meets its workflow while it continues as new is lost, and another one comes.
    await handle.executeUpdate(dispatch, { args: [order] }).catch(() => undefined);
    const { runId, historyLength } = await handle.describe();
    if (historyLength >= events) return (await takeHistory(lab.client, id, runId)).bytes;
  }
}

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const lab = await RunLab.open();
  const bytes = await longHistory(lab);
  await lab.close();
  const history = temporal.api.history.v1.History.decode(bytes);
  const code = readFileSync(join(distDir, 'workflow-bundle.js'), 'utf8');
  const workflowId = agentWorkflowId(id);
  let recorded = 0;
  const ours = async (): Promise<void> => {
    await using replayer = new Replayer(code, []);
    const run = { workflowId, runId: id, history: bytes };
    const { records, failure } = await replayer.replay(run, new AbortController().signal);
    if (failure !== null) throw new Error(failure);
    recorded = records.length;
  };
  const bare = (): Promise<void> => Worker.runReplayHistory({ workflowBundle: { code } }, history, workflowId);
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const began = performance.now();
    await work();
    return (history.events?.length ?? 0) / ((performance.now() - began) / 1000);
  };
  const [withSink, without]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    // Neither is always the first one; the first round warms up.
    for (const mine of round % 2 === 0 ? [true, false] : [false, true]) {
      const perSecond = await timed(mine ? ours : bare);
      if (round > 0) (mine ? withSink : without).push(perSecond);
    }
  }
  say(
    `a run of ${history.events?.length} events (${bytes.length} bytes), ${recorded} records handed out; ${rounds} rounds, in turns`,
  );
  say('| what | with the sink | `runReplayHistory` without | ratio | aim |');
  say('|---|---|---|---|---|');
  say(report('replay', 'events/s', withSink, without, '≥ 0.8×'));
}

runBench(main);
