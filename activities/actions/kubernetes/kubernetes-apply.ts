import { Type } from '@sinclair/typebox';
import { action } from '../action';
import { kubernetesKey } from './cluster';
import { applied, changesOutput, manifestInput, rehearsed } from './manifest';

export const kubernetesApply = action({
  name: 'kubernetes.apply',
  title: 'Apply to Kubernetes',
  description: 'Brings one object to its manifest by server-side apply; fields that others manage are left to them.',
  input: manifestInput,
  output: Type.Object({ created: Type.Boolean(), changes: changesOutput }),
  effect: 'destructive',
  idempotent: true,
  timeout: 60,
  locks: ({ manifest, ...place }) => [kubernetesKey(place, manifest.kind, manifest.metadata.name)],

  async plan(given, context) {
    const { exists, changes } = await rehearsed(given, context);
    const { context: cluster, namespace, manifest, force } = given;
    return {
      applies: `${manifest.kind} ${manifest.metadata.name}`,
      context: cluster,
      namespace,
      force,
      exists,
      changes,
    };
  },

  async run(given, context) {
    const { cluster, exists, changes } = await rehearsed(given, context);
    await applied(cluster, given);
    return { created: !exists, changes };
  },

  async verify(given, context) {
    const { exists, changes } = await rehearsed(given, context);
    return exists && changes.length === 0 ? { done: { created: false, changes } } : 'not_done';
  },
});
