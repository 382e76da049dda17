import { Type } from '@sinclair/typebox';
import { action } from '../action';
import { clusterOf, nameField, objectFields, type KubeObject } from './cluster';
import { shownObject } from './shown-object';

const mostItems = 100;

export const kubernetesGet = action({
  name: 'kubernetes.get',
  title: 'Read from Kubernetes',
  description: 'Reads one object of a cluster, or those of a kind that fit labels; values of Secrets stay hidden.',
  input: Type.Object(
    {
      ...objectFields,
      name: Type.Optional(nameField),
      selector: Type.Optional(
        Type.String({ description: 'Labels, such as `app=web`.', minLength: 1, maxLength: 1000 }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    objects: Type.Array(Type.Unknown(), { description: `At most ${mostItems}; empty where there is none.` }),
    more: Type.Boolean({ description: 'Whether there are more than these.' }),
  }),
  effect: 'read',
  idempotent: true,
  timeout: 30,
  plan: async ({ context, namespace, kind, name, selector }) => ({ reads: kind, context, namespace, name, selector }),

  async run({ api_version: apiVersion, kind, name, selector, ...place }, context) {
    const cluster = clusterOf(place, context);
    const { namespace } = place;
    if (name !== undefined) {
      const found = await cluster.read({ apiVersion, kind, name, namespace });
      return { objects: found ? [shownObject(found, { withStatus: true })] : [], more: false };
    }
    const list = await cluster.ask(kind, (api) =>
      api.list<KubeObject>(
        apiVersion,
        kind,
        namespace,
        undefined,
        undefined,
        undefined,
        undefined,
        selector,
        mostItems,
      ),
    );
    // Objects of a list do not say what they are.
    const objects = list.items.map((one) => shownObject({ ...one, apiVersion, kind }, { withStatus: true }));
    return { objects, more: Boolean(list.metadata?._continue) };
  },
});
