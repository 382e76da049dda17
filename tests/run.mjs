// `npm test`: everything that must hold, cheapest first. Arguments go to jest: `npm test -- --selectProjects unit`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '../stack/api-types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);

function run(name, command, commandArgs, env = {}) {
  const began = Date.now();
  process.stdout.write(`\n— ${name}\n`);
  const { status } = spawnSync(join(root, 'node_modules/.bin', command), commandArgs, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  process.stdout.write(`— ${name}: ${status === 0 ? 'ok' : 'failed'}, ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
  return status === 0;
}

const checks =
  args.length > 0 ||
  [
    run('types', 'tsc', ['-p', '.']) &&
      run('types of the pure core', 'tsc', ['-p', 'actors']) &&
      run('types of the console', 'tsc', ['-p', 'web']) &&
      run('types of its tests', 'tsc', ['-p', 'tests/console']),
    run('lint', 'eslint', ['.', '--max-warnings=0']),
    run('format', 'prettier', ['--check', '--log-level=warn', '.']),
    run('directions of imports', 'depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', '.']),
  ].every(Boolean);

/** What is so unless the caller says otherwise. */
const unless = (option, values) => (args.some((arg) => arg.startsWith(option)) ? [] : values);
const tests = run('tests', 'jest', [
  ...args,
  ...unless('--runInBand', ['--maxWorkers=3']),
  ...unless('--selectProjects', ['--selectProjects', 'unit', 'int', 'e2e']),
]);
process.exitCode = checks && tests ? 0 : 1;
