import { Type } from '@sinclair/typebox';
import { action } from '../action';
import { changesOutput, manifestInput, rehearsed } from './manifest';

export const kubernetesDiff = action({
  name: 'kubernetes.diff',
  title: 'Compare with Kubernetes',
  description: 'What applying a manifest would change, by a dry-run of the cluster itself.',
  input: manifestInput,
  output: Type.Object({
    exists: Type.Boolean(),
    changed: Type.Boolean(),
    changes: changesOutput,
  }),
  effect: 'read',
  idempotent: true,
  timeout: 60,
  plan: async ({ context, namespace, manifest }) => ({
    compares: `${manifest.kind} ${manifest.metadata.name}`,
    context,
    namespace,
  }),
  async run(given, context) {
    const { exists, changes } = await rehearsed(given, context);
    return { exists, changed: changes.length > 0, changes };
  },
});
