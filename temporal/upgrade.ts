import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { ConfigError, parseEnvironment, requireTemporal, type Environment } from '../infra/config';
import { besideRunningStack } from '../infra/running-stack';
import { connectTemporal } from './connection';
import { nudge } from './nudge';
import { runningWorkflows } from './running-workflows';
import { buildOf, currentBuild, makeCurrent } from './worker-deployment';
import { workerCode } from './worker-parts';

const usage = `npm run upgrade -- status | promote | nudge [--wait seconds]

  status    which builds the agents, runs and companions that are alive are with
  promote   has the workers of this build take all new runs (with TEMPORAL_WORKER_DEPLOYMENT)
  nudge     has every agent and run that is not with the current build go on in a new run, idle ones too;
            --wait: for how long it looks whether they have moved, 60 unless told

It talks to the Temporal of TEMPORAL_ADDRESS, or of the stack that runs in YMERA_HOME. See docs/upgrade.md.
`;

/** Exit codes: 0 done, 1 failed, 2 bad environment or argument, 3 some have not moved yet. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, wait: { type: 'string', default: '60' } },
  });
  const [command, ...rest] = positionals;
  const waitSeconds = Number(values.wait);
  if (values.help) return (process.stdout.write(usage), 0);
  if (!['status', 'promote', 'nudge'].includes(command ?? '') || rest.length > 0 || !(waitSeconds >= 0)) {
    return (process.stderr.write(usage), 2);
  }
  const env = besideRunningStack(parseEnvironment(process.env));
  const client = connectTemporal(requireTemporal(env));
  const deployment = env.TEMPORAL_WORKER_DEPLOYMENT;
  try {
    if (command === 'status') return await status(client, deployment);
    if (command === 'promote') return await promote(client, deployment, env);
    const build = deployment === '' ? null : await currentBuild(client, deployment);
    const { told, waiting } = await nudge(client, build, waitSeconds * 1000);
    process.stdout.write(`${told} were told to go on in a new run, ${told - waiting.length} have done so\n`);
    if (waiting.length > 0) process.stdout.write(`still where they were: ${waiting.slice(0, 20).join(', ')}\n`);
    return waiting.length > 0 ? 3 : 0;
  } finally {
    await client.connection.close();
  }
}

async function status(client: Client, deployment: string): Promise<number> {
  const current = deployment === '' ? null : await currentBuild(client, deployment);
  const counts = new Map<string, number>();
  const types = ['agent', 'run', 'watch', 'measure', 'follow', 'alerts'];
  for await (const { type, build } of runningWorkflows(client, types)) {
    const line = `${type.padEnd(8)} ${build ?? 'no version'}${build !== null && build === current ? ' (current)' : ''}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  process.stdout.write(`deployment: ${deployment || 'none'}; current build: ${current ?? 'none'}\n`);
  for (const [line, count] of [...counts].sort()) process.stdout.write(`${String(count).padStart(8)} ${line}\n`);
  return 0;
}

async function promote(client: Client, deployment: string, env: Environment): Promise<number> {
  if (deployment === '') throw new ConfigError(['TEMPORAL_WORKER_DEPLOYMENT: missing']);
  const { codePath } = workerCode(requireTemporal(env).encryption).workflowBundle;
  const { buildId } = buildOf(readFileSync(codePath));
  await makeCurrent(client, deployment, buildId);
  process.stdout.write(`new runs go to ${buildId}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: Error & { code?: unknown }) => {
    process.stderr.write(`upgrade: ${error.message}\n`);
    process.exit(error instanceof ConfigError || String(error.code).startsWith('ERR_PARSE_ARGS') ? 2 : 1);
  },
);
