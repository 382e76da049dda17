// The door of `npm start`, `npm test` and `npm run …`: works on a fresh clone with nothing installed, so it uses Node alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [target = 'start', ...rest] = process.argv.slice(2);

/** Ends with one message, after what has to be tidied up was tidied up. */
class SetupFailed extends Error {}
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error instanceof SetupFailed ? error.message : error.stack}\n`);
  process.exit(1);
});

function fail(message) {
  throw new SetupFailed(message);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Ymera needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
}

/** Holds a folder as a lock, so that two commands started at once do not install over each other. */
async function alone(lock, work) {
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (Date.now() > deadline || !holderLives(lock)) rmSync(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function holderLives(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // The file is written a moment after the folder.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}

function installModules() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.ymera-lock');
  const present = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (present === wanted) return;
  process.stdout.write('Installing packages (once) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    const why = (result.stderr || String(result.error)).trimEnd().split('\n').slice(0, 8).join('\n');
    fail(`npm ci failed:\n${why}`);
  }
  writeFileSync(stamp, wanted);
}

await alone(join(root, '.setup-lock'), async () => {
  installModules();
  const { build } = await import('./build.mjs');
  await build(root);
});

if (target === 'build' && [process.env.ENVIRONMENT, process.env.NODE_ENV].includes('production')) {
  const checked = spawnSync(process.execPath, [join(root, 'dist/validate-csp.js')], { stdio: 'inherit' });
  if (checked.status !== 0) fail('the build breaks the content security policy, and is not for production');
}

if (target !== 'build') {
  const script =
    target === 'test' ? join(root, 'tests/run.mjs') : join(root, 'dist', `${target === 'start' ? 'stack' : target}.js`);
  if (!existsSync(script)) fail(`there is no command ${target}`);
  process.argv = [process.execPath, script, ...rest];
  await import(pathToFileURL(script).href);
}
