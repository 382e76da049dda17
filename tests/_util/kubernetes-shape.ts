import * as kubernetes from '@kubernetes/client-node';
import type { KubernetesObject } from './kubernetes-objects';

interface Model {
  getAttributeTypeMap(): { baseName: string; type: string }[];
}

const models = kubernetes as unknown as Record<string, Model | undefined>;

/** Paths of the fields that Kubernetes does not know, as its own description has them; empty where all are known. */
export function unknownFields({ apiVersion, kind, ...rest }: KubernetesObject): string[] {
  const version = (apiVersion.split('/').at(-1) as string).replace(/^./, (first) => first.toUpperCase());
  const model = `${version}${kind}`;
  if (models[model] === undefined) return [`${apiVersion} ${kind}`];
  return unknownIn(rest, model, kind);
}

function unknownIn(value: unknown, type: string, path: string): string[] {
  const element = /^Array<(.+)>$/.exec(type)?.[1];
  if (element !== undefined) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    return value.flatMap((item, i) => unknownIn(item, element, `${path}[${i}]`));
  }
  const fields = models[type]?.getAttributeTypeMap?.();
  if (fields === undefined)
    return typeof value === type || !['string', 'boolean', 'number'].includes(type) ? [] : [`${path}: no ${type}`];
  if (typeof value !== 'object' || value === null) return [`${path}: no ${type}`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = fields.find(({ baseName }) => baseName === name);
    return field === undefined ? [`${path}.${name}`] : unknownIn(inner, field.type, `${path}.${name}`);
  });
}
