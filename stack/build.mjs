// Builds `dist/`: one file per process, and the workflow bundle. Does nothing where the sources have not changed.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const sources = [
  'actors',
  'workflows',
  'activities',
  'infra',
  'temporal',
  'projections',
  'evidence',
  'backup',
  'api',
  'stack',
  'demo',
  'bench',
  'cli',
  'runbooks',
  'tests/_util',
  'tests/chaos/_util',
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
  'plain-promises': 'temporal/plain-promises.ts',
  upgrade: 'temporal/upgrade.ts',
  backup: 'backup/backup.ts',
  restore: 'backup/restore.ts',
  projector: 'projections/projector.ts',
  migrate: 'projections/migrate-cli.ts',
  evidence: 'evidence/keeper.ts',
  'evidence-rotate': 'evidence/rotate.ts',
  api: 'api/server.ts',
  demo: 'demo/main.ts',
  screenshots: 'demo/screenshots.ts',
  service: 'demo/service.ts',
  bundle: 'temporal/bundle.ts',
  'failure-converter': 'temporal/codec/failure-converter.ts',
  'set-admin': 'stack/set-admin.ts',
  healthcheck: 'stack/healthcheck.ts',
  doctor: 'stack/doctor.ts',
  'validate-csp': 'api/csp/validate.ts',
  openapi: 'api/describe.ts',
  cli: 'cli/ymera.ts',
  'golden-record': 'tests/_util/golden-record.ts',
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
  for (const path of paths) {
    for (const file of filesOf(join(root, path))) {
      if (!file.includes('.spec.')) hash.update(relative(root, file)).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Runs `make` where the stamp does not say that it was run for just these sources. */
async function unlessFresh(root, name, paths, make) {
  const stamp = join(root, 'dist', `.${name}`);
  const wanted = digest(root, [...paths, 'package-lock.json', 'stack/build.mjs']);
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
      define: { builtFoldCode: JSON.stringify(digest(root, ['actors'])) },
    });
    cpSync(join(root, 'projections/migrations'), join(dist, 'migrations'), { recursive: true });
    rmSync(join(dist, 'runbooks'), { recursive: true, force: true });
    cpSync(join(root, 'runbooks'), join(dist, 'runbooks'), { recursive: true });
  });
  await unlessFresh(root, 'verifier', ['cli', 'actors/core'], () => bundleVerifier(root, dist));
  await unlessFresh(root, 'workflows', workflowSources, () => bundleWorkflows(root, dist));
  await unlessFresh(root, 'console', ['web', 'actors'], () => bundleConsole(root, dist));
}

/** The console's pages, each file also compressed once and for all: the API hands out what the browser takes. */
async function bundleConsole(root, dist) {
  const vite = await import('vite');
  await vite.build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' });
  const texts = filesOf(join(dist, 'console')).filter((file) => /\.(js|css|svg)$/.test(file));
  for (const file of texts) {
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
}

/** One file that needs nothing but Node, so that an auditor can take it to a machine that has nothing else. */
async function bundleVerifier(root, dist) {
  const esbuild = await import('esbuild');
  const outfile = join(dist, 'ymera-verify.js');
  await esbuild.build({
    entryPoints: [join(root, 'cli/verify/main.ts')],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
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
