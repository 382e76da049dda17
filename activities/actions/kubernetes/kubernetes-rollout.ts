import { Type } from '@sinclair/typebox';
import { action, ActionError } from '../action';
import { failField } from '../fields';
import { clusterOf, workload, workloadFields, type KubeObject } from './cluster';

export const kubernetesRollout = action({
  name: 'kubernetes.rollout',
  title: 'How far a rollout is',
  description: 'Tells whether all pods of a workload are of its newest version and available; poll it by `until`.',
  input: Type.Object({ ...workloadFields, fail: failField }, { additionalProperties: false }),
  output: Type.Object({
    ok: Type.Boolean({ description: 'Whether it is complete.' }),
    error: Type.Union([Type.String(), Type.Null()]),
    wanted: Type.Integer(),
    updated: Type.Integer(),
    available: Type.Integer(),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 30,
  plan: async ({ context, namespace, kind, name }) => ({ asks: `${kind} ${name}`, context, namespace }),

  async run({ fail, ...given }, context) {
    const found = await workload(clusterOf(given, context), given);
    const counts = countsOf(found, given.kind);
    const error = faultOf(found, counts);
    const result = { ok: error === null, error, ...counts };
    if (fail && error !== null)
      throw new ActionError('not_rolled_out', `${given.kind} ${given.name}: ${error}`, result);
    return result;
  },
});

type Counts = Record<'wanted' | 'updated' | 'available', number>;

function countsOf({ spec = {}, status = {} }: KubeObject, kind: string): Counts {
  const of = (name: string): number => Number(status[name] ?? 0);
  return kind === 'DaemonSet'
    ? { wanted: of('desiredNumberScheduled'), updated: of('updatedNumberScheduled'), available: of('numberAvailable') }
    : { wanted: Number(spec['replicas'] ?? 1), updated: of('updatedReplicas'), available: of('availableReplicas') };
}

function faultOf({ metadata, status = {} }: KubeObject, { wanted, updated, available }: Counts): string | null {
  if (Number(status['observedGeneration'] ?? 0) < Number(metadata?.generation ?? 0))
    return 'it has not been looked at yet';
  const conditions = (status['conditions'] ?? []) as { type: string; reason?: string; message?: string }[];
  const stuck = conditions.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded');
  if (stuck) return stuck.message ?? 'it does not progress';
  if (updated < wanted) return `${updated} of ${wanted} are of the newest version`;
  const old = Number(status['replicas'] ?? updated) - updated;
  if (old > 0) return `${old} of an older version have not ended`;
  return available < wanted ? `${available} of ${wanted} are available` : null;
}
