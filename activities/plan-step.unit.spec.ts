import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Action } from './actions/action';
import { actions, plannable } from './actions/catalogue';
import { processFacts } from './actions/process-facts';
import { stepPlanner } from './plan-step';
import { testServer } from './_util/http-server';
import { codeOf, order, stepHarness, type StepHarness } from './_util/step-harness';
import { git as gitIn } from '../tests/_util/git';

let harness: StepHarness;
beforeEach(async () => void (harness = await stepHarness()));
afterEach(() => harness.end());

const bomb = (): never => {
  throw new Error('boom');
};
/** Every action, with whatever does something replaced. */
const bombs: Action[] = actions.map((action) => ({ ...action, run: bomb, verify: bomb, undo: bomb }));

/** Those whose plans ask a tool of others: their own specs plan them, on the real thing. */
const withTools = [
  'deploy.apply',
  'deploy.restore',
  'kubernetes.apply',
  'kubernetes.diff',
  'kubernetes.rollout',
  'kubernetes.scale',
  'kubernetes.undo',
  'tofu.apply',
  'tofu.destroy',
];

/** Every file below a folder: its content and when it was changed. */
async function everything(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    found[path] = entry.isFile()
      ? `${(await stat(path)).mtimeMs} ${(await readFile(path)).toString('base64')}`
      : 'folder';
  }
  return found;
}

describe('a dry-run', () => {
  it('of every action does nothing at all', async () => {
    const at = (name: string): string => join(harness.root, name);
    const git = (...args: string[]): string => gitIn(at('.'), ...args);
    git('init', '-q', '-b', 'main', at('repo'));
    git('-C', at('repo'), 'commit', '-q', '--allow-empty', '-m', 'first');
    git('init', '-q', '--bare', at('bare'));
    git('-C', at('repo'), 'remote', 'add', 'origin', at('bare'));
    const sha = git('-C', at('repo'), 'rev-parse', 'HEAD');
    await writeFile(at('a'), 'old');
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    await writeFile(at('pid'), String(child.pid));
    const server = await testServer((_, response) => response.end());
    const url = `${server.url}/x`;
    const { port } = new URL(server.url);
    const latency = { name: 'latency', better: 'lower', source: { type: 'http', url } };
    const given: Record<string, object> = {
      'artifact.fetch': { digest: `sha256:${'0'.repeat(64)}`, path: at('artifact') },
      'deploy.status': { service: 'web', on: { type: 'processes', folder: at('.') } },
      'kubernetes.get': { context: 'none', kind: 'Pod' },
      'logs.search': { path: at('a'), pattern: 'x' },
      'metrics.gate': { url, query: 'up', threshold: 1 },
      'pipeline.status': { repository: at('repo'), sha, state: 'success' },
      'pipeline.step': { path: at('repo'), sha, commands: [['touch', at('touched')]] },
      'tofu.drift': { dir: at('repo') },
      'tofu.plan': { dir: at('repo') },
      'debug.echo': { a: 1 },
      'disk.usage': { path: '/' },
      'file.read': { path: at('a') },
      'file.remove': { glob: at('*') },
      'file.write': { path: at('a'), content: 'new' },
      'git.clone': { url: at('repo') },
      'git.diff': { path: at('repo'), from: 'main' },
      'git.push': { path: at('repo'), branch: 'main' },
      'git.revert': { path: at('repo'), commits: ['main'], branch: 'new' },
      'git.tag': { path: at('repo'), name: 'v1', message: 'm' },
      'http.check': { url },
      'http.request': { url, method: 'DELETE' },
      'metrics.compare': { metrics: [latency], before: {}, after: {} },
      'metrics.measure': { metrics: [latency] },
      'notify.notification': { title: 't' },
      'notify.webhook': { url, payload: {} },
      'probe.check': { probe: { type: 'http', url } },
      'process.signal': { pid_file: at('pid') },
      'shell.run': { argv: ['touch', at('touched')] },
      'tls.check': { host: '127.0.0.1', port: Number(port) },
    };
    expect([...Object.keys(given), ...withTools].sort()).toEqual(actions.map(({ name }) => name).sort());

    const before = await everything(join(harness.root, '..'));
    const planner = stepPlanner({ ...harness.ports, actions: plannable(bombs) });
    for (const [action, input] of Object.entries(given)) {
      const planned = await planner.plan(order({ action, with: { ...input } }));
      expect([action, planned]).toEqual([
        action,
        expect.objectContaining({ status: 'planned', plan: expect.any(Object) as unknown }) as unknown,
      ]);
      expect(await planner.plan(order({ action, with: { ...input } }))).toEqual(planned);
    }
    expect(await everything(join(harness.root, '..'))).toEqual(before);
    expect(server.seen).toEqual([]);
    expect(await processFacts(child.pid as number)).not.toBeNull();
    expect([harness.logged, harness.locked]).toEqual([[], []]);
    child.kill('SIGKILL');
    await server.end();
  });

  it('fails where a step would', async () => {
    const { plan } = harness.runner;
    expect(codeOf(await plan(order({ action: 'no.such', with: {} })))).toBe('unknown_action');
    expect(codeOf(await plan(order({ action: 'file.read', with: {} })))).toBe('invalid_input');
    expect(codeOf(await plan(order({ action: 'debug.echo', with: { a: 'secret://none' } })))).toBe('unknown_secret');
    expect(codeOf(await plan(order({ action: 'file.write', with: { path: '/etc/x', content: '' } })))).toBe(
      'not_allowed',
    );
  });
});

describe('the hash of a plan', () => {
  const hashOfPlan = async (given: object, action = 'debug.echo'): Promise<string> => {
    const planned = await harness.runner.plan(order({ action, with: { ...given } }));
    if (planned.status === 'failed') throw new Error(planned.error.message);
    return planned.planHash;
  };
  it('is the same whatever a secret’s value, and another for another secret', async () => {
    harness.secrets['one'] = 'hunter2';
    harness.secrets['two'] = 'hunter3';
    const first = await hashOfPlan({ a: 'secret://one' });
    harness.secrets['one'] = 'rotated';
    expect(await hashOfPlan({ a: 'secret://one' })).toBe(first);
    expect(await hashOfPlan({ a: 'secret://two' })).not.toBe(first);
  });
  it('is another for another effect, input or world', async () => {
    const shell = { argv: ['true'] };
    const path = join(harness.root, 'a');
    const hashes = [
      await hashOfPlan(shell, 'shell.run'),
      await hashOfPlan({ ...shell, effect: 'read' }, 'shell.run'),
      await hashOfPlan({ argv: ['true', 'x'] }, 'shell.run'),
      await hashOfPlan({ path, content: 'x' }, 'file.write'),
      await writeFile(path, 'y').then(() => hashOfPlan({ path, content: 'x' }, 'file.write')),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
