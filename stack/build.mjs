// Builds `dist/`: one file per process, and the workflow bundle. Does nothing where the sources have not changed.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';

const sources = [
  'actors',
  'workflows',
  'activities',
  'infra',
  'temporal',
  'projections',
  'evidence',
  'api',
  'stack',
  'demo',
  'bench',
  'runbooks',
  'tests/_util',
];
const workflowSources = [
  'actors',
  'workflows',
  'activities',
  'temporal/bundle.ts',
  'temporal/codec/failure-converter.ts',
];
const entries = {
  stack: 'stack/main.ts',
  worker: 'temporal/worker.ts',
  projector: 'projections/projector.ts',
  migrate: 'projections/migrate-cli.ts',
  evidence: 'evidence/keeper.ts',
  'evidence-rotate': 'evidence/rotate.ts',
  api: 'api/server.ts',
  demo: 'demo/main.ts',
  service: 'demo/service.ts',
  bundle: 'temporal/bundle.ts',
  'failure-converter': 'temporal/codec/failure-converter.ts',
  'set-admin': 'stack/set-admin.ts',
  healthcheck: 'stack/healthcheck.ts',
  'validate-csp': 'api/csp/validate.ts',
};

function filesOf(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]));
  } catch {
    return [path];
  }
}

function digest(root, paths) {
  const hash = createHash('sha256');
  for (const path of [...paths, 'package-lock.json', 'stack/build.mjs']) {
    for (const file of filesOf(join(root, path))) {
      if (!file.includes('.spec.')) hash.update(relative(root, file)).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Runs `make` where the stamp does not say that it was run for just these sources. */
async function unlessFresh(root, name, paths, make) {
  const stamp = join(root, 'dist', `.${name}`);
  const wanted = digest(root, paths);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await make();
  writeFileSync(stamp, wanted);
}

export async function build(root) {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  await unlessFresh(root, 'processes', sources, async () => {
    const esbuild = await import('esbuild');
    const benches = filesOf(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts'));
    const entryPoints = Object.fromEntries([
      ...Object.entries(entries).map(([name, file]) => [name, join(root, file)]),
      ...benches.map((file) => [`bench/${basename(file, '.bench.ts')}`, file]),
    ]);
    await esbuild.build({
      entryPoints: Object.fromEntries(Object.entries(entryPoints).filter(([, file]) => existsSync(file))),
      outdir: dist,
      absWorkingDir: root,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      sourcemap: true,
      logLevel: 'warning',
    });
    cpSync(join(root, 'projections/migrations'), join(dist, 'migrations'), { recursive: true });
    rmSync(join(dist, 'runbooks'), { recursive: true, force: true });
    cpSync(join(root, 'runbooks'), join(dist, 'runbooks'), { recursive: true });
  });
  await unlessFresh(root, 'workflows', workflowSources, () => bundleWorkflows(root, dist));
}

async function bundleWorkflows(root, dist) {
  process.stdout.write('Bundling workflows …\n');
  const require = createRequire(join(root, 'package.json'));
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const { bundleOptions } = require(join(dist, 'bundle.js'));
  const logger = new DefaultLogger('WARN');
  for (const [name, encrypted] of [
    ['workflow-bundle', false],
    ['workflow-bundle-encrypted', true],
  ]) {
    const { code } = await bundleWorkflowCode({ ...bundleOptions(root, encrypted), logger });
    // A worker that starts meanwhile sees the old one or the new one, never half of it.
    writeFileSync(join(dist, `${name}.tmp`), code);
    renameSync(join(dist, `${name}.tmp`), join(dist, `${name}.js`));
  }
}
