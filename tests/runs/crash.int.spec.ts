import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkChain } from '../../actors/core/hash-chain';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { readStream } from '../_util/stream';

/** Does a piece of work that can be counted: notes each try, and the effect itself. */
const script = `
const fs = require('node:fs');
const [dir, how, key] = process.argv.slice(2);
const done = () => fs.readFileSync(dir + '/effects', 'utf8').split('\\n').includes(key);
if (how === 'verify') process.exit(done() ? 0 : 1);
fs.appendFileSync(dir + '/tries', key + '\\n');
if (how === 'once' && done()) process.exit(0);
setTimeout(() => fs.appendFileSync(dir + '/effects', key + '\\n'), 150);
`;

const seed = Date.now() % 100_000;
let state = seed;
/** From 0 to 1, the same for the same seed. */
const random = (): number => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
};

describe(`a run while its worker and Temporal are killed (seed ${seed})`, () => {
  let lab: RunLab;
  let dir: string;
  let program: string;

  beforeAll(async () => {
    lab = await RunLab.open();
    dir = mkdtempSync(join(tmpdir(), 'ymera-crash-'));
    program = join(dir, 'work.cjs');
    writeFileSync(program, script);
    writeFileSync(join(dir, 'effects'), '');
    writeFileSync(join(dir, 'tries'), '');
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const lines = (file: string): string[] => readFileSync(join(dir, file), 'utf8').split('\n').filter(Boolean);
  const argv = (how: string, key: string): string => JSON.stringify([process.execPath, program, dir, how, key]);
  const once = (key: string, indent: string): string =>
    `${indent}- {id: ${key}, action: shell.run, with: {argv: ${argv('once', key)}, idempotent: true}}\n`;
  const blind = (key: string, indent: string): string =>
    `${indent}- {id: ${key}, action: shell.run, with: {argv: ${argv('blind', key)}, verify: {argv: ${argv('verify', key)}}}}\n`;
  const many = (prefix: string, count: number, make: (key: string, indent: string) => string, indent: string): string =>
    Array.from({ length: count }, (_, i) => make(`${prefix}${i}`, indent)).join('');

  it('does each effect once, and ends as it would have', async () => {
    const runbook = await lab.saveRunbook(
      `name: forty\nsteps:\n${many('a', 8, once, '  ')}${many('b', 6, blind, '  ')}` +
        `  - id: split\n    parallel:\n` +
        ['l', 'm', 'r']
          .map(
            (branch) =>
              `      - id: ${branch}\n        steps:\n${many(branch, 6, branch === 'm' ? blind : once, '          ')}`,
          )
          .join('') +
        `  - {id: rest, wait: 30s}\n` +
        `  - id: ask\n    approval: {roles: [approver]}\n    steps:\n${many('c', 3, blind, '      ')}` +
        `${many('d', 4, once, '  ')}output: {last: "\${{ steps.d3.output.exit_code }}"}\n`,
    );
    const run = await lab.launch(runbook);
    let killing = true;
    const approving = (async () => {
      while (killing || (await lab.state(run).catch(() => null))?.phase !== 'ended') {
        const known = await lab.state(run).catch(() => null);
        const asked = known?.approvals['ask'];
        if (asked?.status === 'pending') {
          const { planHash } = asked;
          const bob = { principal: 'bob', roles: ['approver'] };
          await lab.command(run, 'Approve', { step: 'ask', planHash }, bob).catch(() => undefined);
        }
        await delay(500);
      }
    })();
    for (let kill = 0; kill < 10; kill += 1) {
      await delay(200 + random() * 3000);
      expect((await lab.state(run)).phase).toBe('running');
      await lab.killWorker();
      if (kill === 3 || kill === 7) {
        await lab.servers.temporal.kill();
        await lab.servers.startAgain('temporal');
      }
    }
    killing = false;
    const end = await lab.ended(run, 200_000);
    await approving;

    expect(end).toMatchObject({ status: 'succeeded', output: { last: 0 }, error: null });
    const leaves = Object.values(end.steps).filter(({ action }) => action === 'shell.run');
    expect(leaves).toHaveLength(39);
    expect(leaves.every(({ status }) => status === 'succeeded')).toBe(true);
    const keys = Object.entries(end.steps).flatMap(([path, { action }]) => (action ? [path] : []));
    expect(lines('effects').sort()).toEqual(keys.sort());

    const records = await lab.records(run);
    expect(checkChain(records)).toBeNull();
    await until(async () => (await onStream(run)).length === records.length, 'all records on the stream');
    expect(await onStream(run)).toEqual(records.map(({ id }) => id));
  }, 400_000);

  const onStream = async (run: string): Promise<string[]> =>
    (await readStream(lab.servers.nats.url))
      .filter(({ record }) => record.source === `/agents/${run}`)
      .map(({ record }) => record.id);

  it('never repeats what is destructive and can not be looked up', async () => {
    const slow = `process.argv; require('node:fs').appendFileSync(${JSON.stringify(join(dir, 'slow'))}, 'x'); setTimeout(() => 0, 60000)`;
    const runbook = await lab.saveRunbook(
      `name: once-only\nsteps:\n  - id: slow\n    action: shell.run\n    retry: {attempts: 3, backoff: 100ms}\n` +
        `    with: {argv: ${JSON.stringify([process.execPath, '-e', slow])}}\n`,
    );
    const run = await lab.launch(runbook);
    writeFileSync(join(dir, 'slow'), '');
    await until(() => readFileSync(join(dir, 'slow'), 'utf8') === 'x', 'its beginning');
    await lab.killWorker();
    const end = await lab.ended(run, 60_000);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'outcome_unknown' } });
    expect(readFileSync(join(dir, 'slow'), 'utf8')).toBe('x');
  }, 120_000);
});
