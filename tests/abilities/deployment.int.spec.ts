import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkChain } from '../../actors/core/hash-chain';
import type { RunState } from '../../actors/run/state';
import { codeOf, outputOf, stepHarness, type StepHarness } from '../../activities/_util/step-harness';
import { projectRoot } from '../../infra/paths';
import { freePort } from '../../stack/ports';
import { until } from '../_util/api-client';
import { startTestEngine, type TestEngine } from '../_util/container-engine';
import { RunLab } from '../_util/run-lab';
import { describeWithTools } from '../_util/tools';

describeWithTools(['podman', 'runc', 'busybox', 'prometheus'], 'deployment of containers', (tools) => {
  let engine: TestEngine;
  let lab: RunLab;
  let dir: string;
  let prometheus: ChildProcess;
  let prometheusUrl: string;
  const ports: number[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-deploy-'));
    engine = await startTestEngine(tools);
    const page = (version: string, errors: number): Record<string, string> => ({
      'www/index.html': version,
      'www/metrics': `# TYPE app_error_ratio gauge\napp_error_ratio ${errors}\n`,
    });
    engine.image('localhost/web:1', page('v1', 0));
    engine.image('localhost/web:2', page('v2', 0));
    engine.image('localhost/web:broken', page('broken', 0), ['/bin/sh', '-c', 'echo it can not start; exit 3']);
    engine.image('localhost/web:faulty', page('faulty', 0.9));
    for (let i = 0; i < 3; i += 1) ports.push(await freePort());
    await startPrometheus();
    lab = await RunLab.open({ YMERA_CONTAINERS: engine.address, YMERA_WRITE_ROOTS: dir });
    for (const name of ['deploy-service', 'canary-deploy']) {
      await lab.saveRunbook(readFileSync(join(projectRoot, 'runbooks', `${name}.yaml`), 'utf8'));
    }
  }, 180_000);
  afterAll(async () => {
    await lab?.close();
    for (const instance of [0, 1]) {
      const pid = Number(readFileSync(join(dir, `crash/instances/${instance}/pid`), 'utf8'));
      process.kill(-pid, 'SIGKILL');
    }
    if (prometheus?.kill('SIGKILL')) await once(prometheus, 'exit');
    await engine?.end();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  async function startPrometheus(): Promise<void> {
    const port = await freePort();
    prometheusUrl = `http://127.0.0.1:${port}`;
    const targets = ports.map((one) => `'127.0.0.1:${one}'`).join(', ');
    writeFileSync(
      join(dir, 'prometheus.yml'),
      `global: {scrape_interval: 500ms}\nscrape_configs:\n  - job_name: web\n    static_configs: [{targets: [${targets}]}]\n`,
    );
    prometheus = spawn(
      tools.prometheus,
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    await until(
      () =>
        fetch(`${prometheusUrl}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      'Prometheus',
      30_000,
    );
  }

  const answers = (of = ports): Promise<string[]> =>
    Promise.all(
      of.map((port) =>
        fetch(`http://127.0.0.1:${port}/`).then(
          (one) => one.text(),
          () => 'nothing',
        ),
      ),
    );
  const health = { path: '/', within: 20, stable: 0.5 };
  const gate = (): object => ({ url: prometheusUrl, query: 'max(app_error_ratio)', operator: '<=', threshold: 0.05 });
  const input = (image: string, more: object = {}): Record<string, unknown> => ({
    service: 'web',
    build: { type: 'containers', image: `localhost/web:${image}` },
    ports,
    health,
    ...more,
  });
  const run = async (runbook: string, given: Record<string, unknown>): Promise<[string, RunState]> => {
    const id = await lab.launch(runbook, given);
    return [id, await lab.ended(id, 120_000)];
  };

  it('deploys, and a canary with a bad build is rolled back by itself, with evidence of all of it', async () => {
    const [, first] = await run('deploy-service', input('1'));
    expect(first).toMatchObject({ status: 'succeeded' });
    expect(await answers()).toEqual(['v1', 'v1', 'v1']);
    const { release } = first.output as { release: string };

    const [broken, end] = await run('canary-deploy', input('broken', { health: { path: '/', within: 3, stable: 0 } }));
    expect(end).toMatchObject({ status: 'failed', error: { code: 'rolled_back' } });
    expect(await answers()).toEqual(['v1', 'v1', 'v1']);

    // The container lives and answers; only what it measures is bad.
    await until(async () => (await measured()) === 0, 'a measurement', 20_000);
    const [faulty, closed] = await run('canary-deploy', input('faulty', { gate: gate(), watch: 15 }));
    expect(closed).toMatchObject({
      status: 'failed',
      error: { code: 'gate_closed' },
      steps: { canary: { status: 'undone' } },
    });
    expect(await answers()).toEqual(['v1', 'v1', 'v1']);
    for (const id of [broken, faulty]) {
      const records = await lab.records(id);
      expect(checkChain(records)).toBeNull();
      expect(JSON.stringify(records)).toContain(
        `"previous":[{"instance":0,"release":"${release}","version":"localhost/web:1"}]`,
      );
    }
    expect((await lab.eventNames(faulty)).filter((name) => /Undone|Undo/.test(name)).length).toBeGreaterThan(0);

    await until(async () => (await measured()) === 0, 'what is measured to be well again', 20_000);
    const [, good] = await run('canary-deploy', input('2', { gate: gate(), watch: 1 }));
    expect(good.error).toBeNull();
    expect(good).toMatchObject({ status: 'succeeded', output: { previous: [{ instance: 0, release }] } });
    expect(await answers()).toEqual(['v2', 'v2', 'v2']);
  }, 240_000);

  const measured = async (): Promise<number | null> => {
    const response = await fetch(`${prometheusUrl}/api/v1/query?query=max(app_error_ratio)`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result[0] ? Number(data.result[0].value[1]) : null;
  };

  /** What to run as one version, of each kind. */
  const builds: Record<string, (version: string) => object> = {
    containers: (version) => ({ type: 'containers', image: `localhost/web:${version}` }),
    processes: (version) => {
      const source = `require('node:http').createServer((_, to) => to.end('v${version}')).listen(Number(process.env.PORT), '127.0.0.1')`;
      mkdirSync(join(dir, `app-${version}`), { recursive: true });
      writeFileSync(join(dir, `app-${version}/server.js`), source);
      return {
        type: 'processes',
        folder: dir,
        artifact: join(dir, `app-${version}`),
        argv: [process.execPath, 'server.js'],
      };
    },
  };

  it('a worker killed in the middle of each action leaves no half of it', async () => {
    const kinds = Object.keys(builds);
    const at: Record<string, number[]> = {};
    let previous: Record<string, object[]> = {};
    for (const kind of kinds) at[kind] = [await freePort(), await freePort()];
    const on = (kind: string, version: string): object => ({ on: builds[kind]?.(version), ports: at[kind] });
    const cases = [
      { action: 'deploy.apply', given: (kind: string) => on(kind, '1'), from: null, to: 'v1', killed: false },
      { action: 'deploy.apply', given: (kind: string) => on(kind, '2'), from: 'v1', to: 'v2', killed: true },
      {
        action: 'deploy.restore',
        given: (kind: string) => ({ on: place(kind), to: previous[kind] }),
        from: 'v2',
        to: 'v1',
        killed: true,
      },
    ];
    for (const { action, given, from, to, killed } of cases) {
      const stable = killed ? 5 : 0;
      const runs = await Promise.all(
        kinds.map(async (kind) => {
          const step = { service: 'crash', health: { path: '/', within: 30, stable }, ...given(kind) };
          const book = {
            name: `crash-${kind}`,
            steps: [{ id: 'it', action, with: step }],
            output: { previous: '${{ steps.it.output.previous }}' },
          };
          return lab.launch(await lab.saveRunbook(JSON.stringify(book)));
        }),
      );
      if (killed) {
        const begun = async (): Promise<boolean> =>
          (await Promise.all(kinds.map((kind) => answers(at[kind])))).every((said) => said.includes(to));
        await until(begun, `${action}: the middle`, 60_000);
        await lab.killWorker();
      }
      const ends = await Promise.all(runs.map((id) => lab.ended(id, 120_000)));
      expect(ends.map(({ error }) => error)).toEqual(kinds.map(() => null));
      for (const kind of kinds) expect([action, kind, await answers(at[kind])]).toEqual([action, kind, [to, to]]);
      const outputs = ends.map(({ output }) => (output as { previous: { release: string | null }[] }).previous);
      expect(outputs.flat().map(({ release }) => release === null)).toEqual(Array(4).fill(from === null));
      previous = Object.fromEntries(kinds.map((kind, index) => [kind, outputs[index] ?? []]));
    }
  }, 240_000);

  const place = (kind: string): object => (kind === 'containers' ? { type: kind } : { type: kind, folder: dir });

  describe('a step of it', () => {
    let harness: StepHarness;
    let port: number;
    beforeEach(async () => {
      harness = await stepHarness();
      harness.settings.containers = engine.address;
      port = await freePort();
    });
    afterEach(() => harness.end());

    const order = (image: string): { action: string; with: Record<string, unknown>; path: string; runId: string } => {
      const on = { type: 'containers', image, memory_mb: 64, env: { NOTE: 'secret://note' } };
      return {
        action: 'deploy.apply',
        with: { service: 'solo', on, ports: [port], health },
        path: 's',
        runId: 'run-solo',
      };
    };

    it('pins the image of a tag when it is planned, and marks what it makes with the run', async () => {
      harness.secrets['note'] = 'not for everybody';
      const first = engine.image('localhost/moving:1', { 'www/index.html': 'one' });
      const plan = await harness.runner.plan(order('localhost/moving:1'));
      expect(plan).toMatchObject({ status: 'planned', plan: { id: expect.stringContaining(first) as string } });
      expect(JSON.stringify(plan)).not.toContain('not for everybody');
      engine.image('localhost/moving:1', { 'www/index.html': 'two' });
      const approvedPlan = (plan as { planHash: string }).planHash;
      const changed = await harness.perform({ ...order('localhost/moving:1'), approvedPlan });
      expect(changed).toMatchObject({ status: 'plan_changed' });

      const pinned = (plan as { plan: { digests: string[] } }).plan.digests[0] as string;
      const { release } = outputOf<{ release: string }>(await harness.perform(order(pinned)));
      expect(await fetch(`http://127.0.0.1:${port}/`).then((one) => one.text())).toBe('one');
      const made = await engine.docker.getContainer(`solo-0-${release}`).inspect();
      expect(made.Config.Labels).toMatchObject({
        'ymera.service': 'solo',
        'ymera.run': 'run-solo',
        'ymera.release': release,
      });
      expect(made.HostConfig.Memory).toBe(64 * 1_048_576);
    }, 90_000);

    it('fails where the engine does not have the image, or is away', async () => {
      harness.secrets['note'] = 'x';
      expect(codeOf(await harness.perform(order('localhost/no-such:1')))).toBe('not_found');
      harness.settings.containers = 'unix:///nowhere/api.sock';
      expect(codeOf(await harness.perform(order('localhost/web:1')))).toBe('engine_failed');
    });
  });
});
