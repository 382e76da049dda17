import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServer, type Seen, type TestServer } from './http-server';

type Json = Record<string, unknown>;
interface Stored extends Json {
  metadata: Json & { name: string };
  spec: Json & { replicas?: number; template?: Json };
}

/**
 * Speaks as much of the Kubernetes API as the actions use: discovery, Deployments and ReplicaSets, merge patches, replacing, and
 * server-side apply with dry-run. It is no cluster: defaults, admission, field ownership and controllers are not in it.
 */
export interface FakeKubernetes {
  server: TestServer;
  /** Path of a kubeconfig with the context `lab`. */
  config: string;
  objects: Map<string, Stored>;
  /** Makes the next apply end in a conflict. */
  conflict: boolean;
}

const apis: Record<string, object> = {
  '/apis/apps/v1': {
    kind: 'APIResourceList',
    groupVersion: 'apps/v1',
    resources: ['Deployment', 'ReplicaSet'].map((kind) => ({
      name: `${kind.toLowerCase()}s`,
      namespaced: true,
      kind,
      verbs: [],
    })),
  },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'secrets', namespaced: true, kind: 'Secret', verbs: [] }],
  },
};

export async function fakeKubernetes(folder: string): Promise<FakeKubernetes> {
  const objects: FakeKubernetes['objects'] = new Map();
  const server = await testServer((seen, response) => {
    const [status, body] = answer(fake, seen);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const config = join(folder, 'kubeconfig');
  const context = { cluster: 'lab', user: 'lab' };
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'lab', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'lab', user: { token: 'lab-token' } }],
      contexts: [{ name: 'lab', context }],
      'current-context': 'lab',
    }),
  );
  const fake: FakeKubernetes = { server, config, objects, conflict: false };
  return fake;
}

function answer(fake: FakeKubernetes, { method, url, headers, body }: Seen): [number, unknown] {
  const { pathname, searchParams } = new URL(url, 'http://fake');
  if (apis[pathname]) return [200, apis[pathname]];
  const found = fake.objects.get(pathname);
  if (method === 'GET' && !found && /s$/.test(pathname)) {
    const items = [...fake.objects].filter(([path]) => path.startsWith(`${pathname}/`)).map(([, one]) => one);
    return [200, { kind: 'List', metadata: {}, items }];
  }
  if (method === 'GET') return found ? [200, found] : [404, { kind: 'Status', message: 'not found', code: 404 }];
  if (fake.conflict) return [409, { kind: 'Status', message: 'another manager owns .spec.replicas', code: 409 }];
  const given = JSON.parse(body) as Stored;
  const known = ['application/apply-patch+yaml', 'application/merge-patch+json'].includes(
    headers['content-type'] ?? '',
  );
  if (method === 'PATCH' && !known) return [415, { kind: 'Status', message: 'unsupported', code: 415 }];
  const made = method === 'PATCH' ? (merged(found ?? {}, given) as Stored) : given;
  if (searchParams.get('dryRun') !== 'All') fake.objects.set(pathname, made);
  return [200, made];
}

function merged(into: Json, given: Json): Json {
  const both = Object.entries(given).map(([name, value]) => {
    const before = into[name];
    const trees = [value, before].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    return [name, trees ? merged(before as Json, value as Json) : value];
  });
  return { ...into, ...(Object.fromEntries(both) as Json) };
}
