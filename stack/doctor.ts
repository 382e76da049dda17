import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import pc from 'picocolors';
import { parseEnvironment } from '../infra/config';
import * as catalogue from './binaries/catalogue';
import { waysTo } from './binaries/find';
import { climb } from './binaries/ladder';
import { findTool, tools, type ToolName } from './tools';

interface Finding {
  name: string;
  /** `later`: fetched by `npm start`. `missing`: something works only with it. */
  state: 'ok' | 'later' | 'missing';
  detail: string;
}

/** What a stack on this machine has, what it will fetch, and what some abilities lack. Fetches nothing itself. */
async function findings(): Promise<Finding[]> {
  const env = parseEnvironment(process.env);
  const home = resolve(env.YMERA_HOME);
  const servers = await Promise.all((['temporal', 'nats', 'redis', 'postgres'] as const).map(server));
  return [
    { name: 'node', state: 'ok', detail: process.versions.node },
    ...servers,
    { name: 'home', state: 'ok', detail: existsSync(home) ? home : `${home}, made by the first npm start` },
    ...Object.keys(tools).map((name) => tool(name as ToolName)),
  ];
}

async function server(name: catalogue.ServerName): Promise<Finding> {
  const program = catalogue[name];
  const given = process.env[program.addressVariable];
  if (given) return { name, state: 'ok', detail: `a server that runs already, by ${program.addressVariable}` };
  const ways = waysTo(name, process.env, `${process.platform}-${process.arch}`);
  try {
    const here = ways.filter(({ fetches }) => !fetches);
    return { name, state: 'ok', detail: await climb(program, here) };
  } catch (error) {
    if (ways.some(({ binding }) => binding)) return { name, state: 'missing', detail: (error as Error).message };
    return { name, state: 'later', detail: `npm start fetches it; or: ${program.install}` };
  }
}

function tool(name: ToolName): Finding {
  const found = findTool(name);
  const { use, install } = tools[name];
  if ('file' in found) return { name, state: 'ok', detail: `${found.file} ${found.version}` };
  return { name, state: 'missing', detail: `${found.problem} (${use}). Get it: ${install}` };
}

const marks = { ok: pc.green('✓'), later: pc.yellow('○'), missing: pc.red('✗') };

findings().then(
  (all) => {
    const width = Math.max(...all.map(({ name }) => name.length));
    for (const { name, state, detail } of all)
      process.stdout.write(`${marks[state]} ${name.padEnd(width)}  ${detail}\n`);
    if (all.some(({ state }) => state === 'missing')) {
      process.stdout.write('\nYmera runs without what is missing; the abilities and tests that need it do not.\n');
    }
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  },
);
