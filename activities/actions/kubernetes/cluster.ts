import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { Type } from '@sinclair/typebox';
import { withTimeout } from '../../step-timeout';
import { ActionError, type PlanContext } from '../action';

/** Whoever applied a field of an object, as the cluster keeps it. */
export const fieldManager = 'ymera';

const answerWithinMs = 15_000;

export const placeFields = {
  context: Type.String({ description: 'Of the kubeconfig of this worker.', minLength: 1, maxLength: 253 }),
  namespace: Type.String({ pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', default: 'default' }),
};
const name = Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9]([-A-Za-z0-9.:]*[A-Za-z0-9])?$' });

/** One thing that has pods. */
export const workloadFields = {
  ...placeFields,
  kind: Type.Union([Type.Literal('Deployment'), Type.Literal('StatefulSet'), Type.Literal('DaemonSet')], {
    default: 'Deployment',
  }),
  name,
};

export const objectFields = {
  ...placeFields,
  api_version: Type.String({ pattern: '^([a-z0-9.-]+/)?v[0-9][a-z0-9]*$', default: 'v1' }),
  kind: Type.String({ pattern: '^[A-Z][A-Za-z0-9]{0,62}$' }),
};
export const nameField = name;

export interface ClusterPlace {
  context: string;
  namespace: string;
}

/** An object with all that Kubernetes knows of it, as JSON. */
export type KubeObject = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/** Calls one cluster, each call bounded in time; its errors are ActionErrors. */
export interface Cluster {
  ask<T>(what: string, call: (api: KubernetesObjectApi) => Promise<T>): Promise<T>;
  /** The object, or null where there is none. */
  read(what: { apiVersion: string; kind: string; name: string; namespace: string }): Promise<KubeObject | null>;
}

/**
 * The cluster of a context, where this worker lets runs touch that namespace.
 * @throws ActionError `not_allowed`, `not_found`; from its calls `kubernetes_failed`, `conflict`, `timeout`
 */
export function clusterOf({ context: name, namespace }: ClusterPlace, context: PlanContext): Cluster {
  const { kubernetes } = context.settings;
  const fits = kubernetes?.allowed.some(
    (one) => one.context === name && (one.namespace === '*' || one.namespace === namespace),
  );
  if (!kubernetes || !fits) throw new ActionError('not_allowed', `this worker may not touch ${name}/${namespace}`);
  const config = new KubeConfig();
  config.loadFromFile(kubernetes.config);
  if (config.getContextObject(name) === null)
    throw new ActionError('not_found', `the kubeconfig has no context ${name}`);
  config.setCurrentContext(name);
  const api = KubernetesObjectApi.makeApiClient(config);

  const ask = async <T>(what: string, call: (of: KubernetesObjectApi) => Promise<T>): Promise<T> => {
    try {
      return await withTimeout(answerWithinMs, context.signal, () => call(api));
    } catch (error) {
      context.signal.throwIfAborted();
      throw error instanceof ActionError ? error : new ActionError(codeOf(error), `${what}: ${faultOf(error)}`);
    }
  };
  return {
    ask,
    read: ({ apiVersion, kind, name: object, namespace: within }) =>
      ask(`${kind} ${object}`, (of) =>
        of
          .read<KubeObject>({ apiVersion, kind, metadata: { name: object, namespace: within } })
          .catch((error: unknown) => {
            if (statusOf(error) === 404) return null;
            throw error;
          }),
      ),
  };
}

/** @throws ActionError `not_found` */
export async function workload(
  cluster: Cluster,
  { kind, name: object, namespace }: { kind: string; name: string; namespace: string },
): Promise<KubeObject> {
  const found = await cluster.read({ apiVersion: 'apps/v1', kind, name: object, namespace });
  if (!found) throw new ActionError('not_found', `there is no ${kind} ${object} in ${namespace}`);
  return found;
}

export function kubernetesKey({ context, namespace }: ClusterPlace, kind: string, object: string): string {
  return `kubernetes:${context}/${namespace}/${kind}/${object}`;
}

function statusOf(error: unknown): number | undefined {
  return (error as { code?: unknown }).code as number | undefined;
}

/** 409: somebody else manages a field that is applied, or the object has changed meanwhile. */
function codeOf(error: unknown): string {
  return statusOf(error) === 409 ? 'conflict' : 'kubernetes_failed';
}

/** The message of the answer's Status, where it has one. */
function faultOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  try {
    const said = (typeof body === 'string' ? (JSON.parse(body) as unknown) : body) as { message?: string } | undefined;
    if (said?.message) return said.message.slice(0, 500);
  } catch {
    // An answer that is not from Kubernetes itself.
  }
  return (message ?? String(error)).replace(/\s+/g, ' ').slice(0, 500);
}
