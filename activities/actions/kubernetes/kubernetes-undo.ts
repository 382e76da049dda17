import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type PlanContext } from '../action';
import { firstSeen, seenBefore } from '../first-seen';
import {
  clusterOf,
  fieldManager,
  kubernetesKey,
  nameField,
  placeFields,
  workload,
  type Cluster,
  type KubeObject,
} from './cluster';

const input = Type.Object(
  {
    ...placeFields,
    name: nameField,
    revision: Type.Optional(Type.Integer({ description: 'The one before unless told.', minimum: 1 })),
  },
  { additionalProperties: false },
);
type Input = Static<typeof input>;

const output = Type.Object({
  from: Type.Integer({ description: 'The revision that was there.' }),
  to: Type.Integer({ description: 'The revision whose pods are there again; the cluster gives it a new number.' }),
});

const numbered = 'deployment.kubernetes.io/revision';
/** Made by the cluster out of the template itself. */
const ownLabel = 'pod-template-hash';

export const kubernetesUndo = action({
  name: 'kubernetes.undo',
  title: 'Undo a rollout',
  description: 'Brings a Deployment back to the pods of an earlier revision.',
  input,
  output,
  effect: 'destructive',
  idempotent: true,
  timeout: 60,
  locks: ({ name, ...place }) => [kubernetesKey(place, 'Deployment', name)],

  async plan(given, context) {
    const { from, to } = (await seenBefore<Static<typeof output>>(context)) ?? (await revisions(given, context));
    return { undoes: `Deployment ${given.name}`, context: given.context, namespace: given.namespace, from, to };
  },

  async run(given, context) {
    // A second try must not take the first one back: it is written down which revision is meant.
    const { from, to } = await firstSeen(context, async () => revisions(given, context));
    const cluster = clusterOf(given, context);
    const deployment = await workload(cluster, { ...given, kind: 'Deployment' });
    const template = (await replicaSets(cluster, given, deployment)).get(to)?.spec?.['template'];
    if (template === undefined) {
      // The cluster has given that revision a new number: it is there already.
      if (revisionOf(deployment) > from) return { from, to };
      throw new ActionError('not_found', `revision ${to} of ${given.name} is not kept`);
    }
    const replaced = { ...deployment, spec: { ...deployment.spec, template: withoutOwnLabel(template as object) } };
    await cluster.ask(`Deployment ${given.name}`, (api) => api.replace(replaced, undefined, undefined, fieldManager));
    return { from, to };
  },
});

/** @throws ActionError `not_found` where there is no such revision */
async function revisions(given: Input, context: PlanContext): Promise<Static<typeof output>> {
  const cluster = clusterOf(given, context);
  const deployment = await workload(cluster, { ...given, kind: 'Deployment' });
  const from = revisionOf(deployment);
  const known = [...(await replicaSets(cluster, given, deployment)).keys()].sort((a, b) => b - a);
  const to = given.revision ?? known.find((one) => one < from);
  if (to === undefined || !known.includes(to)) {
    throw new ActionError('not_found', `${given.name} has no earlier revision that is kept`);
  }
  return { from, to };
}

async function replicaSets(
  cluster: Cluster,
  { namespace }: Input,
  { metadata }: KubeObject,
): Promise<Map<number, KubeObject>> {
  const { items } = await cluster.ask('ReplicaSet', (api) => api.list<KubeObject>('apps/v1', 'ReplicaSet', namespace));
  const own = items.filter((one) => one.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
  return new Map(own.map((one) => [revisionOf(one), one]));
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata?.annotations?.[numbered] ?? 0);
}

function withoutOwnLabel(template: { metadata?: { labels?: Record<string, string> } }): object {
  const { [ownLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
