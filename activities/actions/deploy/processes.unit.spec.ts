import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../stack/ports';
import { codeOf, order as stepOrder, outputOf, stepHarness, tryInfo, type StepHarness } from '../../_util/step-harness';
import type { StepResult } from '../order';

/** A service as processes of this machine: real ones, started and stopped. */

interface Applied {
  release: string;
  previous: { instance: number; release: string | null; version: string | null }[];
  instances: { instance: number; release: string; version: string; port: number }[];
}

const good = (says: string): string =>
  `require('node:http').createServer((_, to) => to.end('${says}')).listen(Number(process.env.PORT), '127.0.0.1')`;
const bad = `console.log('no such module'); process.exit(3)`;

let harness: StepHarness;
let ports: number[];
let runs = 0;

beforeEach(async () => {
  harness = await stepHarness();
  ports = [await freePort(), await freePort(), await freePort()];
});
afterEach(async () => {
  for (const instance of await readdir(join(harness.root, 'web/instances')).catch(() => [])) {
    const pid = Number(await readFile(join(harness.root, 'web/instances', instance, 'pid'), 'utf8').catch(() => ''));
    if (pid > 0) process.kill(-pid, 'SIGKILL');
  }
  await harness.end();
});

const artifact = async (version: string, source = good(version)): Promise<string> => {
  const folder = join(harness.root, `build-${version}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'server.js'), source);
  return folder;
};
const input = (from: string, version: string, more: object = {}): Record<string, unknown> => ({
  service: 'web',
  on: { type: 'processes', folder: harness.root, artifact: from, version, argv: [process.execPath, 'server.js'] },
  ports,
  health: { path: '/', within: 10, stable: 0.3 },
  ...more,
});
/** Each as a step of a run of its own. */
const apply = async (given: Record<string, unknown>, more: object = {}, info: object = {}): Promise<StepResult> =>
  harness.perform({ action: 'deploy.apply', with: given, runId: `run-${++runs}`, ...more }, info);
const answers = async (): Promise<string[]> =>
  Promise.all(
    ports.map((port) =>
      fetch(`http://127.0.0.1:${port}/`).then(
        (one) => one.text(),
        () => 'nothing',
      ),
    ),
  );
const pids = async (): Promise<string[]> =>
  Promise.all(ports.map((_, at) => readFile(join(harness.root, `web/instances/${at}/pid`), 'utf8')));

it('goes from nothing to a release, to another, and back by what its output says', async () => {
  const first = outputOf<Applied>(await apply(input(await artifact('v1'), 'v1', { strategy: 'recreate' })));
  expect(await answers()).toEqual(['v1', 'v1', 'v1']);
  expect(first.previous.map(({ release }) => release)).toEqual([null, null, null]);

  const second = outputOf<Applied>(await apply(input(await artifact('v2'), 'v2')));
  expect(await answers()).toEqual(['v2', 'v2', 'v2']);
  expect(second.previous).toEqual([0, 1, 2].map((instance) => ({ instance, release: first.release, version: 'v1' })));

  const place = { service: 'web', on: { type: 'processes', folder: harness.root } };
  const health = { path: '/', within: 10, stable: 0 };
  const restored = await harness.perform({
    runId: 'run-back',
    action: 'deploy.restore',
    with: { ...place, to: second.previous, health },
  });
  expect(outputOf<Applied>(restored).previous.map(({ release }) => release)).toEqual(Array(3).fill(second.release));
  expect(await answers()).toEqual(['v1', 'v1', 'v1']);
  const status = outputOf<{ ok: boolean; instances: object[] }>(
    await harness.perform({ action: 'deploy.status', with: { ...place, health: { path: '/' } } }),
  );
  expect(status).toMatchObject({ ok: true, instances: ports.map((port) => ({ version: 'v1', port, run: 'run-1' })) });
}, 60_000);

it('leaves alone what runs already, and ends what there is no port for any more', async () => {
  const folder = await artifact('v1');
  await apply(input(folder, 'v1'));
  const before = await pids();
  expect(outputOf<Applied>(await apply(input(folder, 'v1'))).previous.map(({ release }) => release)).not.toContain(
    null,
  );
  expect(await pids()).toEqual(before);
  const all = ports;
  ports = ports.slice(0, 2);
  outputOf(await apply(input(folder, 'v1')));
  ports = all;
  expect(await answers()).toEqual(['v1', 'v1', 'nothing']);
}, 60_000);

it('brings back what ran before where a release does not get well, and its log says why', async () => {
  const first = outputOf<Applied>(await apply(input(await artifact('v1'), 'v1')));
  const health = { path: '/', within: 1, stable: 0 };
  const failed = await apply(input(await artifact('v2', bad), 'v2', { health, max_unavailable: 2 }));
  expect(codeOf(failed)).toBe('rolled_back');
  expect(failed).toMatchObject({
    output: { previous: [0, 1, 2].map(() => ({ release: first.release, version: 'v1' })) },
  });
  expect(await answers()).toEqual(['v1', 'v1', 'v1']);
  expect(harness.logged.map(({ text }) => text).join('')).toContain('no such module');
}, 60_000);

it('a canary touches the first only, and can be taken back', async () => {
  await apply(input(await artifact('v1'), 'v1'));
  const given = input(await artifact('v2'), 'v2', { first: 1 });
  const order = { action: 'deploy.apply', with: given, runId: 'run-canary', path: 'canary', held: [], runbook: 'book' };
  const output = outputOf(await harness.perform(order));
  expect(await answers()).toEqual(['v2', 'v1', 'v1']);
  expect(outputOf(await harness.runner.undo({ ...order, output }, tryInfo()))).toBeNull();
  outputOf(await harness.runner.undo({ ...order, output }, tryInfo()));
  expect(await answers()).toEqual(['v1', 'v1', 'v1']);
}, 60_000);

it('the plan names the very artifact, and stays the same for a second try', async () => {
  const folder = await artifact('v1');
  const order = { action: 'deploy.apply', with: input(folder, 'v1'), runId: 'run-plan', path: 'step' };
  const plan = await harness.runner.plan(order);
  expect(plan).toMatchObject({
    status: 'planned',
    effect: 'reversible',
    plan: { changes: [{ instance: 0, from: null }, {}, {}] },
  });
  const { planHash } = plan as { planHash: string };
  const done = await harness.perform({ ...order, approvedPlan: planHash });
  expect(await harness.runner.plan(order)).toMatchObject({ planHash });
  // The worker was lost after it was done, and before it could say so.
  expect(outputOf(await harness.perform({ ...order, approvedPlan: planHash }, { tries: 2 }))).toEqual(outputOf(done));
  await writeFile(join(folder, 'server.js'), good('other'));
  expect(await harness.perform({ ...order, approvedPlan: planHash })).toMatchObject({ status: 'plan_changed' });
}, 60_000);

it('keeps as many releases as it is told to, and can not go back to others', async () => {
  ports = ports.slice(0, 1);
  const releases: string[] = [];
  for (const version of ['v1', 'v2', 'v3', 'v4']) {
    releases.push(outputOf<Applied>(await apply(input(await artifact(version), version, { keep: 1 }))).release);
  }
  expect((await readdir(join(harness.root, 'web/releases'))).sort()).toEqual(releases.slice(1).sort());
  const to = [{ instance: 0, release: releases[0] as string }];
  const gone = await harness.perform({
    runId: 'run-back',
    action: 'deploy.restore',
    with: { service: 'web', on: { type: 'processes', folder: harness.root }, to, health: { within: 5, stable: 0 } },
  });
  expect(codeOf(gone)).toBe('rolled_back');
  expect(await answers()).toEqual(['v4']);
}, 60_000);

it('touches nothing outside the folders of this worker', async () => {
  const folder = await artifact('v1');
  const outside = { type: 'processes', folder: '/tmp', artifact: folder, argv: [process.execPath, 'server.js'] };
  expect(codeOf(await apply({ ...input(folder, 'v1'), on: outside }))).toBe('not_allowed');
  const stolen = { ...outside, folder: harness.root, artifact: '/etc/hostname' };
  expect(codeOf(await apply({ ...input(folder, 'v1'), on: stolen }))).toBe('not_allowed');
  await rm(folder, { recursive: true });
  expect(codeOf(await apply(input(folder, 'v1')))).toBe('not_found');
});

it('gives a service no variable that makes another program of an allowed one', async () => {
  const folder = await artifact('v1');
  const on = { type: 'processes', folder: harness.root, artifact: folder, argv: [process.execPath, 'server.js'] };
  const given = { ...input(folder, 'v1'), on: { ...on, env: { LD_PRELOAD: '/tmp/other.so' } } };
  expect(codeOf(await harness.runner.plan(stepOrder({ action: 'deploy.apply', with: given })))).toBe('not_allowed');
  expect(codeOf(await apply(given))).toBe('not_allowed');
  expect(await answers()).toEqual(['nothing', 'nothing', 'nothing']);
});

it('says so where this worker has no container engine', async () => {
  const given = { service: 'web', on: { type: 'containers', image: 'app:1' }, ports };
  expect(codeOf(await apply(given))).toBe('not_allowed');
});
