import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { environmentSchema } from '../../infra/config';
import { projectRoot } from '../../infra/paths';
import {
  idleSelectors,
  podFaults,
  podsOf,
  referredTo,
  variablesOf,
  type KubernetesObject,
} from '../_util/kubernetes-objects';
import { unknownFields } from '../_util/kubernetes-shape';
import { describeWithTools } from '../_util/tools';

const { loadAll } = jest.requireActual<{ loadAll: (text: string) => KubernetesObject[] }>('js-yaml');
const kubernetes = join(projectRoot, 'deploy/kubernetes');

/** What README.md of the manifests has the operator make. */
const secrets = ['ymera-admin', 'ymera-api', 'ymera-evidence-key', 'ymera-servers'];

describeWithTools(['kustomize'], 'the manifests of Kubernetes', ({ kustomize }) => {
  const build = (folder: string): KubernetesObject[] =>
    loadAll(execFileSync(kustomize, ['build', folder], { encoding: 'utf8' }));

  describe.each(['small', 'production'])('overlay %s', (overlay) => {
    let objects: KubernetesObject[];
    beforeAll(() => {
      objects = build(join(kubernetes, 'overlays', overlay));
    });
    const names = (kind: string): string[] =>
      objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

    it('has no field that Kubernetes does not know', () => {
      expect(objects.flatMap(unknownFields)).toEqual([]);
    });

    it('has each role, and pods within the restricted standard, of pinned images', () => {
      expect(names('Deployment').sort()).toEqual(['ymera-api', 'ymera-evidence', 'ymera-projector', 'ymera-worker']);
      expect(podFaults(objects)).toEqual([]);
      for (const { spec } of podsOf(objects))
        for (const { image } of spec.containers) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
    });

    it('asks each process of a Deployment how it is', () => {
      for (const { owner, spec } of podsOf(objects).filter((each) => each.owner.startsWith('Deployment')))
        for (const container of spec.containers)
          expect([owner, Object.keys(container)]).toEqual([
            owner,
            expect.arrayContaining(['startupProbe', 'readinessProbe', 'livenessProbe']),
          ]);
    });

    it('refers to ConfigMaps that are there, and to the Secrets that the operator makes', () => {
      const { configMaps, secrets: wanted } = referredTo(objects);
      expect(names('ConfigMap')).toEqual(expect.arrayContaining(configMaps));
      expect([...new Set(wanted)].sort()).toEqual(secrets);
      expect(names('Secret')).toEqual([]);
      const known = new Set([...Object.keys(environmentSchema.properties), 'YMERA_ROLE', 'ADMIN_PASSWORD']);
      expect(variablesOf(objects).filter((name) => !known.has(name))).toEqual([]);
    });

    it('selects pods that are there: Services, budgets, policies', () => {
      expect(idleSelectors(objects)).toEqual([]);
      for (const { spec } of objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler'))
        expect(names('Deployment')).toContain(spec?.scaleTargetRef?.name);
    });
  });

  it('production leaves the numbers of what is scaled by itself to the autoscalers', () => {
    const objects = build(join(kubernetes, 'overlays/production'));
    const scaled = objects
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ spec }) => spec?.scaleTargetRef?.name);
    for (const { kind, metadata, spec } of objects)
      if (kind === 'Deployment')
        expect([metadata.name, spec?.replicas !== undefined]).toEqual([metadata.name, !scaled.includes(metadata.name)]);
  });

  it('the shared store is mounted by the API and by workers, and nobody else', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ymera-overlay-')));
    try {
      const at = relative(folder, kubernetes);
      const lines = [`resources: [${at}/overlays/small]`, `components: [${at}/components/shared-store]`];
      writeFileSync(join(folder, 'kustomization.yaml'), lines.join('\n'));
      const mounting = podsOf(build(folder)).filter(({ spec }) => spec.volumes?.some(({ name }) => name === 'store'));
      expect(mounting.map(({ owner }) => owner).sort()).toEqual(['Deployment ymera-api', 'Deployment ymera-worker']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
