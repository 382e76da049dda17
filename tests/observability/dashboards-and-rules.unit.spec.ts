import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';
import { InstallationMetrics } from '../../api/installation-metrics';
import { createApiMetrics, observeQueue } from '../../api/metrics';
import { createDeliveryMetrics } from '../../infra/metrics/delivery';
import { createKeeperMetrics } from '../../infra/metrics/keeper';
import { observePool } from '../../infra/metrics/pool';
import { createProjectorMetrics } from '../../infra/metrics/projector';
import { createRegistry } from '../../infra/metrics/registry';
import { createWorkerMetrics } from '../../infra/metrics/worker';
import { projectRoot } from '../../infra/paths';
import { MetricSampler } from '../../projections/metric-sampler';
import { dashboards, namesAskedFor, rules } from '../_util/watched-names';

const manual = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8');
const anchors = new Set([...manual.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));

/** As GitHub makes them of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** All that the processes register, each as it does. */
async function registered(): Promise<Registry[]> {
  const [api, worker, projector, keeper] = ['api', 'worker', 'projector', 'evidence'].map(createRegistry) as [
    Registry,
    Registry,
    Registry,
    Registry,
  ];
  const away = async (): Promise<never> => Promise.reject(new Error('away'));
  createApiMetrics(api);
  new InstallationMetrics(api, { stream: away, counts: away, readiness: away });
  observeQueue(api, { queueDepth: 0 });
  for (const registry of [api, worker]) createDeliveryMetrics(registry);
  for (const registry of [api, worker, projector, keeper])
    observePool(registry, { totalCount: 0, idleCount: 0, waitingCount: 0 });
  createWorkerMetrics(worker);
  new MetricSampler('api', api, new Pool(), { ensure: away });
  for (const registry of [api, projector]) createProjectorMetrics(registry);
  createKeeperMetrics(keeper);
  return [api, worker, projector, keeper];
}

describe('dashboards and rules', () => {
  const known = new Set(rules().flatMap(({ record }) => (record === undefined ? [] : [record])));
  const ours = new Map<string, string>();
  beforeAll(async () => {
    for (const registry of await registered()) {
      for (const metric of await registry.getMetricsAsJSON()) {
        const { name, help } = metric;
        ours.set(name, help);
        const suffixes = registry.getSingleMetric(name) instanceof Histogram ? ['_bucket', '_sum', '_count'] : [''];
        for (const suffix of suffixes) known.add(name + suffix);
      }
    }
  });

  it('ask for nothing that no process tells', () => {
    // Those of Temporal's core are compared with what it says, in `tests/e2e/observability.e2e.spec.ts`.
    const asked = namesAskedFor().filter(({ name }) => !name.startsWith('temporal_'));
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('leave out nothing that a process tells of Ymera', () => {
    const asked = new Set(namesAskedFor().map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    const forgotten = [...ours.keys()].filter((name) => name.startsWith('ymera_') && !asked.has(name));
    expect(forgotten).toEqual([]);
  });

  it('are four dashboards', () => {
    const titles = dashboards().map(({ title }) => title);
    expect(titles.sort()).toEqual(['Ymera: agents', 'Ymera: performance', 'Ymera: security', 'Ymera: system']);
  });

  it.each(rules().filter(({ alert }) => alert !== undefined))(
    '$alert has a section in the manual',
    ({ annotations }) => {
      const [file, anchor] = (annotations?.['runbook_url'] ?? '').split('#');
      expect(file).toBe('docs/operations.md');
      expect(anchors).toContain(anchor);
    },
  );

  it('are all in the manual, whose sections of alerts are all of alerts', () => {
    const alerts = rules().flatMap(({ alert }) => (alert === undefined ? [] : [alert]));
    const sections = [...manual.matchAll(/^#+ (Ymera[A-Z]\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(alerts.sort());
    const untold = [...ours.keys()].filter((name) => name.startsWith('ymera_') && !manual.includes(`\`${name}\``));
    expect(untold).toEqual([]);
  });
});
