import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironment, environmentSchema } from '../infra/config';
import { projectRoot } from '../infra/paths';
import { podFaults, podsOf, variablesOf, type KubernetesObject } from '../tests/_util/kubernetes-objects';

const { loadAll } = jest.requireActual<{ loadAll: (text: string) => KubernetesObject[] }>('js-yaml');
const base = join(projectRoot, 'deploy/kubernetes/base');
const read = (file: string): string => readFileSync(join(base, file), 'utf8');

const objects = readdirSync(base)
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .flatMap((file) => loadAll(read(file)));

const settings = (file: string): Record<string, string> =>
  Object.fromEntries([...read(file).matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
const shared = settings('settings.env');
const ofApi = settings('settings-api.env');

describe('deploy/kubernetes/base', () => {
  it('sets only variables that Ymera reads', () => {
    // The image itself knows which process it is to run, and the admin's password is that of one program.
    const known = new Set([...Object.keys(environmentSchema.properties), 'YMERA_ROLE', 'ADMIN_PASSWORD']);
    const names = [...variablesOf(objects), ...Object.keys(shared), ...Object.keys(ofApi)];
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('sets them to what Ymera takes', () => {
    expect(parseEnvironment({ ...shared, ...ofApi }).DRAIN_SECONDS).toBe(10);
  });

  it('has no pod that asks for more rights than it needs', () => {
    expect(podFaults(objects)).toEqual([]);
  });

  it('gives the API longer to end than it drains', () => {
    const api = podsOf(objects).find(({ owner }) => owner === 'Deployment ymera-api');
    expect(api?.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(ofApi['DRAIN_SECONDS']) + 25);
  });

  it('runs no image but its own, by the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
    const images = podsOf(objects).flatMap(({ spec }) => spec.containers.map(({ image }) => image));
    expect(new Set(images)).toEqual(new Set(['ymera']));
    expect(read('kustomization.yaml')).toContain(`newTag: ${version}\n`);
  });
});
