import { PatchStrategy } from '@kubernetes/client-node';
import { Type, type Static } from '@sinclair/typebox';
import { hashOf } from '../../../actors/core/hash-chain';
import { ActionError, type PlanContext } from '../action';
import { clusterOf, fieldManager, placeFields, type Cluster, type KubeObject } from './cluster';
import { fieldChanges, shownObject, type FieldChange } from './shown-object';

export const manifestInput = Type.Object(
  {
    ...placeFields,
    manifest: Type.Object(
      {
        apiVersion: Type.String({ minLength: 1, maxLength: 253 }),
        kind: Type.String({ minLength: 1, maxLength: 63 }),
        metadata: Type.Object({ name: Type.String({ minLength: 1, maxLength: 253 }) }, { additionalProperties: true }),
      },
      { description: 'One object, with the fields that are meant and no others.', additionalProperties: true },
    ),
    force: Type.Boolean({ description: 'Take fields over that somebody else manages.', default: false }),
  },
  { additionalProperties: false },
);
export type ManifestInput = Static<typeof manifestInput>;

export const changesOutput = Type.Array(
  Type.Object({
    pointer: Type.String({ description: 'JSON Pointer into the object.' }),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
  }),
);

export interface Rehearsed {
  cluster: Cluster;
  exists: boolean;
  changes: FieldChange[];
}

/**
 * What applying a manifest would come to: the server's own dry-run, compared with what is there.
 * @throws ActionError `not_allowed`, `conflict`, `kubernetes_failed`
 */
export async function rehearsed(given: ManifestInput, context: PlanContext): Promise<Rehearsed> {
  const cluster = clusterOf(given, context);
  const object = objectOf(given);
  const { apiVersion, kind, metadata } = object;
  const live = await cluster.read({ apiVersion, kind, name: metadata.name, namespace: given.namespace });
  const after = await applied(cluster, given, 'All');
  const changes = fieldChanges(shownObject(live) ?? undefined, shownObject(after) ?? undefined);
  // Of a Secret only names are shown: whether its values differ shows as well.
  const hides = kind === 'Secret' && changes.length === 0 && hashOf(dataOf(live)) !== hashOf(dataOf(after));
  return { cluster, exists: live !== null, changes: hides ? [{ pointer: '/data', after: '(hidden)' }] : changes };
}

/** Server-side apply; with `All` it stays a dry-run. */
export async function applied(cluster: Cluster, given: ManifestInput, dryRun?: 'All'): Promise<KubeObject> {
  const object = objectOf(given);
  return cluster.ask(`${object.kind} ${object.metadata.name}`, (api) =>
    api.patch<KubeObject>(object, undefined, dryRun, fieldManager, given.force, PatchStrategy.ServerSideApply),
  );
}

/** @throws ActionError `not_allowed` where the manifest names another namespace */
function objectOf({ manifest, namespace }: ManifestInput): ManifestInput['manifest'] & KubeObject {
  const own = (manifest.metadata as { namespace?: unknown }).namespace ?? namespace;
  if (own !== namespace) throw new ActionError('not_allowed', 'the manifest names another namespace than the step');
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

function dataOf(object: KubeObject | null): unknown {
  return (object as { data?: unknown } | null)?.data ?? null;
}
