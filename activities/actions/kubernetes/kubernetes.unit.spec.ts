import { fakeKubernetes, type FakeKubernetes } from '../../_util/fake-kubernetes';
import { codeOf, outputOf, stepHarness, tryInfo, type StepHarness } from '../../_util/step-harness';
import type { StepResult } from '../order';

/** The protocol only, against a server that speaks the few endpoints: no cluster could be had. */

let harness: StepHarness;
let fake: FakeKubernetes;
const deployments = '/apis/apps/v1/namespaces/shop/deployments';
const place = { context: 'lab', namespace: 'shop' };

beforeEach(async () => {
  harness = await stepHarness();
  fake = await fakeKubernetes(harness.root);
  harness.settings.kubernetes = { config: fake.config, allowed: [{ context: 'lab', namespace: 'shop' }] };
});
afterEach(async () => {
  await fake.server.end();
  await harness.end();
});

const step = (action: string, given: object, more: object = {}, info: object = {}): Promise<StepResult> =>
  harness.perform({ action, with: { ...place, ...given }, ...more }, info);
const manifest = (image: string, replicas = 2): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});
const template = (image: string): object => ({
  metadata: { labels: { app: 'web', 'pod-template-hash': 'abc' } },
  spec: { containers: [{ name: 'web', image }] },
});
const revision = (number: number): object => ({ 'deployment.kubernetes.io/revision': String(number) });
const put = (path: string, object: object): void => void fake.objects.set(path, object as never);

it('applies server-side as a manager of its own, and shows before what the dry-run says', async () => {
  const created = outputOf<{ created: boolean }>(await step('kubernetes.apply', { manifest: manifest('app:1') }));
  expect(created.created).toBe(true);
  const patch = fake.server.seen.filter(({ method }) => method === 'PATCH').map(({ url }) => new URL(url, 'http://x'));
  expect(patch.map(({ searchParams }) => searchParams.get('dryRun'))).toEqual(['All', null]);
  expect(patch.every(({ searchParams }) => searchParams.get('fieldManager') === 'ymera')).toBe(true);

  const diff = outputOf(await step('kubernetes.diff', { manifest: manifest('app:1', 5) }));
  expect(diff).toEqual({ exists: true, changed: true, changes: [{ pointer: '/spec/replicas', before: 2, after: 5 }] });
  expect(fake.objects.get(`${deployments}/web`)?.spec.replicas).toBe(2);
});

it('leaves what it has applied as it is where a worker was lost over it and it is tried again', async () => {
  const order = { action: 'kubernetes.apply', with: { ...place, manifest: manifest('app:1') }, path: 'apply' };
  outputOf(await harness.perform(order));
  const before = JSON.stringify([...fake.objects]);
  expect(outputOf(await harness.perform(order, { tries: 2 }))).toEqual({ created: false, changes: [] });
  expect(JSON.stringify([...fake.objects])).toBe(before);
});

it('what was approved is what is applied: another state of the cluster is another plan', async () => {
  outputOf(await step('kubernetes.apply', { manifest: manifest('app:1') }));
  const order = {
    action: 'kubernetes.apply',
    with: { ...place, manifest: manifest('app:2') },
    path: 'p',
    runId: 'run-1',
  };
  const { planHash } = (await harness.runner.plan(order)) as { planHash: string };
  put(`${deployments}/web`, { ...manifest('app:1', 9), metadata: { name: 'web', namespace: 'shop' } });
  expect(await harness.perform({ ...order, approvedPlan: planHash })).toMatchObject({ status: 'plan_changed' });
});

it('touches only contexts and namespaces that this worker lets runs touch', async () => {
  const given = { manifest: manifest('app:1') };
  expect(codeOf(await step('kubernetes.apply', { ...given, namespace: 'other' }))).toBe('not_allowed');
  expect(codeOf(await step('kubernetes.apply', { ...given, context: 'prod' }))).toBe('not_allowed');
  const elsewhere = { ...manifest('app:1'), metadata: { name: 'web', namespace: 'other' } };
  expect(codeOf(await step('kubernetes.apply', { manifest: elsewhere }))).toBe('not_allowed');
  delete harness.settings.kubernetes;
  expect(codeOf(await step('kubernetes.get', { kind: 'Secret', name: 'db' }))).toBe('not_allowed');
  expect(fake.server.seen).toEqual([]);
});

it('hides what Secrets hold, and tells that it differs', async () => {
  const secret = (value: string): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    data: { key: value },
  });
  put('/api/v1/namespaces/shop/secrets/db', { ...secret('b25l'), metadata: { name: 'db', namespace: 'shop' } });
  const got = await step('kubernetes.get', { kind: 'Secret', name: 'db' });
  const diff = await step('kubernetes.diff', { manifest: secret('dHdv') });
  expect(outputOf(diff)).toMatchObject({ changed: true });
  expect(JSON.stringify([got, diff])).not.toMatch(/b25l|dHdv/);
});

it('lists what fits labels, and says that nothing is there by an empty list', async () => {
  outputOf(await step('kubernetes.apply', { manifest: manifest('app:1') }));
  const listed = await step('kubernetes.get', { api_version: 'apps/v1', kind: 'Deployment', selector: 'app=web' });
  expect(outputOf(listed)).toMatchObject({ objects: [{ kind: 'Deployment', metadata: { name: 'web' } }], more: false });
  expect(fake.server.seen.at(-1)?.url).toContain('labelSelector=app%3Dweb');
  const none = await step('kubernetes.get', { api_version: 'apps/v1', kind: 'Deployment', name: 'gone' });
  expect(outputOf(none)).toEqual({ objects: [], more: false });
});

it.each([
  ['complete', { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, null],
  [
    'not seen yet',
    { observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 },
    'it has not been looked at yet',
  ],
  ['half', { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 2 }, '1 of 2 are of the newest version'],
  ['old ones left', { observedGeneration: 2, replicas: 3, updatedReplicas: 2 }, '1 of an older version have not ended'],
  ['not available', { observedGeneration: 2, updatedReplicas: 2 }, '0 of 2 are available'],
  [
    'stuck',
    {
      observedGeneration: 2,
      conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'too long' }],
    },
    'too long',
  ],
])('says how far a rollout is: %s', async (_, status, error) => {
  put(`${deployments}/web`, { ...manifest('app:1'), metadata: { name: 'web', generation: 2 }, status });
  expect(outputOf(await step('kubernetes.rollout', { name: 'web', fail: false }))).toMatchObject({
    ok: error === null,
    error,
  });
});

it('scales, and back', async () => {
  outputOf(await step('kubernetes.apply', { manifest: manifest('app:1') }));
  const order = { action: 'kubernetes.scale', with: { ...place, name: 'web', replicas: 6 }, path: 'scale' };
  const output = outputOf(await harness.perform(order));
  expect(output).toEqual({ replicas: 6, previous: 2 });
  // A worker was lost over it: what was there before is still known.
  expect(outputOf(await harness.perform(order, { tries: 2 }))).toEqual(output);
  outputOf(await harness.runner.undo({ ...order, runId: 'run-1', held: [], runbook: 'book', output }, tryInfo()));
  expect(fake.objects.get(`${deployments}/web`)?.spec.replicas).toBe(2);
});

it('undoes a rollout once, however often it is tried', async () => {
  const owned = { ownerReferences: [{ uid: 'u1' }] };
  put(`${deployments}/web`, {
    ...manifest('app:3'),
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', annotations: revision(3) },
  });
  for (const number of [1, 2, 3]) {
    const metadata = { name: `web-${number}`, ...owned, annotations: revision(number) };
    put(`/apis/apps/v1/namespaces/shop/replicasets/web-${number}`, {
      metadata,
      spec: { template: template(`app:${number}`) },
    });
  }
  const order = { action: 'kubernetes.undo', with: { ...place, name: 'web' }, path: 'undo' };
  expect(outputOf(await harness.perform(order))).toEqual({ from: 3, to: 2 });
  const image = (): string => JSON.stringify(fake.objects.get(`${deployments}/web`)?.spec.template);
  expect(image()).toContain('app:2');
  expect(image()).not.toContain('pod-template-hash');
  // What the cluster does then: the revision that is there again gets the next number.
  const back = fake.objects.get(`${deployments}/web`) as never as { metadata: object };
  put(`${deployments}/web`, { ...back, metadata: { ...back.metadata, annotations: revision(4) } });
  const set = '/apis/apps/v1/namespaces/shop/replicasets/web-2';
  put(set, { ...fake.objects.get(set), metadata: { name: 'web-2', ...owned, annotations: revision(4) } });
  expect(outputOf(await harness.perform(order, { tries: 2 }))).toEqual({ from: 3, to: 2 });
  expect(image()).toContain('app:2');
  expect(codeOf(await step('kubernetes.undo', { name: 'web', revision: 9 }, { path: 'other' }))).toBe('not_found');
});

it('says so where somebody else manages a field, and where the cluster is away', async () => {
  fake.conflict = true;
  const conflict = await step('kubernetes.apply', { manifest: manifest('app:1') });
  expect(codeOf(conflict)).toBe('conflict');
  expect((conflict as { error: { message: string } }).error.message).toContain('another manager owns .spec.replicas');
  await fake.server.end();
  expect(codeOf(await step('kubernetes.apply', { manifest: manifest('app:1') }))).toBe('kubernetes_failed');
  fake = await fakeKubernetes(harness.root);
});
