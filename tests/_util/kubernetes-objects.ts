/* eslint-disable @typescript-eslint/no-explicit-any -- objects of any kind, as YAML has them */

/** An object of Kubernetes as it stands in a manifest. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: any;
  data?: Record<string, string>;
}

/** What starts pods among these objects. */
export function podTemplates(objects: readonly KubernetesObject[]): { owner: string; template: any }[] {
  return objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ kind, metadata, spec }) => ({ owner: `${kind} ${metadata.name}`, template: spec.template }));
}

/** What a pod asks for beyond what the restricted standard of Kubernetes gives, or leaves open that it should say; empty where all is well. */
export function podFaults(objects: readonly KubernetesObject[]): string[] {
  return podTemplates(objects).flatMap(({ owner, template: { spec } }) => {
    const pod = spec.securityContext ?? {};
    const found = [
      spec.hostNetwork || spec.hostPID || spec.hostIPC ? 'shares a namespace of its node' : null,
      spec.automountServiceAccountToken === false ? null : 'gets a token',
      spec.serviceAccountName ? null : 'has no account of its own',
      pod.runAsNonRoot === true && pod.runAsUser > 0 ? null : 'may run as root',
      pod.seccompProfile?.type === 'RuntimeDefault' ? null : 'has no seccomp profile',
      ...(spec.volumes ?? []).map((volume: any) => (volume.hostPath ? 'mounts a folder of its node' : null)),
      ...spec.containers.flatMap(containerFaults),
    ];
    return found.filter((fault) => fault !== null).map((fault) => `${owner} ${fault}`);
  });
}

function containerFaults({ securityContext, resources }: any): (string | null)[] {
  const { privileged, allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext ?? {};
  return [
    privileged || allowPrivilegeEscalation !== false ? 'may get more rights' : null,
    readOnlyRootFilesystem === true ? null : 'may write to its image',
    JSON.stringify(capabilities) === '{"drop":["ALL"]}' ? null : 'has capabilities',
    resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory ? null : 'has no bounds',
  ];
}

/** Each variable that the pods are given by name, and those of the ConfigMaps that they read as a whole. */
export function variablesOf(objects: readonly KubernetesObject[]): string[] {
  const ofPods = podTemplates(objects).flatMap(({ template }) =>
    template.spec.containers.flatMap(({ env = [] }: any) => env.map(({ name }: any) => name as string)),
  );
  const ofMaps = objects.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.keys(data ?? {}));
  return [...ofPods, ...ofMaps] as string[];
}

/** Names of what pods refer to and must be there, by kind; without what is optional. */
export function referredTo(objects: readonly KubernetesObject[]): { configMaps: string[]; secrets: string[] } {
  const configMaps: string[] = [];
  const secrets: string[] = [];
  for (const { template } of podTemplates(objects)) {
    for (const { secret } of template.spec.volumes ?? []) if (secret) secrets.push(secret.secretName);
    for (const { env = [], envFrom = [] } of template.spec.containers) {
      for (const { configMapRef, secretRef } of envFrom) {
        if (configMapRef) configMaps.push(configMapRef.name);
        if (secretRef && !secretRef.optional) secrets.push(secretRef.name);
      }
      for (const { valueFrom } of env) if (valueFrom?.secretKeyRef) secrets.push(valueFrom.secretKeyRef.name);
    }
  }
  return { configMaps, secrets };
}

/** Selectors that choose none of the pods: a typing error there is told by nobody else. */
export function idleSelectors(objects: readonly KubernetesObject[]): string[] {
  const pods = podTemplates(objects).map(({ template }) => template.metadata.labels as Record<string, string>);
  const chooses = (labels: Record<string, string>): boolean =>
    pods.some((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value));
  return objects.flatMap(({ kind, metadata, spec }) => {
    const selector = kind === 'NetworkPolicy' ? spec.podSelector : spec?.selector;
    if (!selector) return [];
    const { matchExpressions = [], matchLabels } = selector;
    const all = kind === 'Service' ? [selector] : [matchLabels];
    for (const { key, values } of matchExpressions) all.push(...values.map((value: string) => ({ [key]: value })));
    return all.every(chooses) ? [] : [`${kind} ${metadata.name}`];
  });
}
