import type { V1Container, V1LabelSelector, V1PodSpec } from '@kubernetes/client-node';

type Labels = Record<string, string>;

/** An object of Kubernetes as it stands in a manifest, as far as it is looked at here. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Labels };
  spec?: {
    template?: { metadata: { labels: Labels }; spec: V1PodSpec };
    /** Of a Service: labels. */
    selector?: V1LabelSelector & Labels;
    podSelector?: V1LabelSelector;
    scaleTargetRef?: { name: string };
    replicas?: number;
  };
  data?: Record<string, string>;
}

/** Pods as a Deployment or a Job starts them. */
export interface StartedPod {
  owner: string;
  labels: Labels;
  spec: V1PodSpec;
}

/** What starts pods among these objects. */
export function podsOf(objects: readonly KubernetesObject[]): StartedPod[] {
  return objects.flatMap(({ kind, metadata, spec }) =>
    spec?.template === undefined
      ? []
      : [{ owner: `${kind} ${metadata.name}`, labels: spec.template.metadata.labels, spec: spec.template.spec }],
  );
}

/** What a pod asks for beyond what the restricted standard of Kubernetes gives, or leaves open that it should say; empty where all is well. */
export function podFaults(objects: readonly KubernetesObject[]): string[] {
  return podsOf(objects).flatMap(({ owner, spec }) => {
    const pod = spec.securityContext ?? {};
    const found = [
      spec.hostNetwork || spec.hostPID || spec.hostIPC ? 'shares a namespace of its node' : null,
      spec.automountServiceAccountToken === false ? null : 'gets a token',
      spec.serviceAccountName ? null : 'has no account of its own',
      pod.runAsNonRoot === true && (pod.runAsUser ?? 0) > 0 ? null : 'may run as root',
      pod.seccompProfile?.type === 'RuntimeDefault' ? null : 'has no seccomp profile',
      spec.volumes?.some(({ hostPath }) => hostPath) ? 'mounts a folder of its node' : null,
      ...spec.containers.flatMap(containerFaults),
    ];
    return found.filter((fault) => fault !== null).map((fault) => `${owner} ${fault}`);
  });
}

function containerFaults({ securityContext = {}, resources = {} }: V1Container): (string | null)[] {
  const { privileged, allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
  const { requests = {}, limits = {} } = resources;
  return [
    privileged || allowPrivilegeEscalation !== false ? 'may get more rights' : null,
    readOnlyRootFilesystem === true ? null : 'may write to its image',
    JSON.stringify(capabilities) === '{"drop":["ALL"]}' ? null : 'has capabilities',
    requests['cpu'] && requests['memory'] && limits['memory'] ? null : 'has no bounds',
  ];
}

/** Each variable that the pods are given by name, and those of the ConfigMaps. */
export function variablesOf(objects: readonly KubernetesObject[]): string[] {
  const containers = podsOf(objects).flatMap(({ spec }) => spec.containers);
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap');
  return [
    ...containers.flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ...maps.flatMap(({ data = {} }) => Object.keys(data)),
  ];
}

/** Names of what pods refer to and must be there, by kind; without what is optional. */
export function referredTo(objects: readonly KubernetesObject[]): { configMaps: string[]; secrets: string[] } {
  const containers = podsOf(objects).flatMap(({ spec }) => spec.containers);
  const sources = containers.flatMap(({ envFrom = [] }) => envFrom);
  const named = (names: (string | undefined)[]): string[] => names.filter((name) => name !== undefined);
  return {
    configMaps: named(sources.map(({ configMapRef }) => configMapRef?.name)),
    secrets: named([
      ...podsOf(objects).flatMap(({ spec }) => (spec.volumes ?? []).map(({ secret }) => secret?.secretName)),
      ...sources.map(({ secretRef }) => (secretRef?.optional ? undefined : secretRef?.name)),
      ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name)),
    ]),
  };
}

/** What selects none of the pods: a typing error there is told by nobody else. */
export function idleSelectors(objects: readonly KubernetesObject[]): string[] {
  const pods = podsOf(objects);
  const chooses = (labels: Labels): boolean =>
    pods.some((pod) => Object.entries(labels).every(([key, value]) => pod.labels[key] === value));
  return objects.flatMap(({ kind, metadata, spec }) => {
    const selector = spec?.podSelector ?? spec?.selector;
    if (selector === undefined) return [];
    const listed = (selector.matchExpressions ?? []).flatMap(({ key, values = [] }) =>
      values.map((value) => ({ [key]: value })),
    );
    const labels = kind === 'Service' ? (selector as Labels) : (selector.matchLabels ?? {});
    return [labels, ...listed].every(chooses) ? [] : [`${kind} ${metadata.name}`];
  });
}
