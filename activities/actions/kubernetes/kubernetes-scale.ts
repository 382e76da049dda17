import { PatchStrategy } from '@kubernetes/client-node';
import { Type } from '@sinclair/typebox';
import { action } from '../action';
import { firstSeen, forgetSeen, seenBefore } from '../first-seen';
import { clusterOf, fieldManager, kubernetesKey, workload, workloadFields, type Cluster } from './cluster';

const { kind: _, ...named } = workloadFields;
const replicas = Type.Integer({ minimum: 0, maximum: 10_000 });
const input = Type.Object(
  {
    ...named,
    kind: Type.Union([Type.Literal('Deployment'), Type.Literal('StatefulSet')], { default: 'Deployment' }),
    replicas,
  },
  { additionalProperties: false },
);
type Named = { kind: string; name: string; namespace: string };

export const kubernetesScale = action({
  name: 'kubernetes.scale',
  title: 'Scale in Kubernetes',
  description: 'Sets how many pods a workload is to have.',
  input,
  output: Type.Object({ replicas, previous: replicas }),
  effect: 'reversible',
  idempotent: true,
  timeout: 60,
  locks: ({ kind, name, ...place }) => [kubernetesKey(place, kind, name)],

  async plan(given, context) {
    const known = await seenBefore<{ previous: number }>(context);
    const from = known?.previous ?? (await replicasOf(clusterOf(given, context), given));
    const { context: cluster, namespace, kind, name } = given;
    return { scales: `${kind} ${name}`, context: cluster, namespace, from, to: given.replicas };
  },

  async run(given, context) {
    const cluster = clusterOf(given, context);
    const { previous } = await firstSeen(context, async () => ({ previous: await replicasOf(cluster, given) }));
    await setReplicas(cluster, given, given.replicas);
    return { replicas: given.replicas, previous };
  },

  async verify(given, context) {
    const known = await seenBefore<{ previous: number }>(context);
    const now = await replicasOf(clusterOf(given, context), given);
    return known && now === given.replicas ? { done: { replicas: now, ...known } } : 'not_done';
  },

  async undo(given, { previous }, context) {
    await setReplicas(clusterOf(given, context), given, previous);
    await forgetSeen(context);
  },
});

async function replicasOf(cluster: Cluster, given: Named): Promise<number> {
  return Number((await workload(cluster, given)).spec?.['replicas'] ?? 1);
}

async function setReplicas(cluster: Cluster, { kind, name, namespace }: Named, count: number): Promise<void> {
  const patch = { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { replicas: count } };
  await cluster.ask(`${kind} ${name}`, (api) =>
    api.patch(patch, undefined, undefined, fieldManager, undefined, PatchStrategy.MergePatch),
  );
}
