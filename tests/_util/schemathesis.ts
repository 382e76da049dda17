import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/paths';
import { cacheFolder } from '../../stack/binaries/cache';

const home = join(projectRoot, 'tests/schemathesis');
const requirements = join(home, 'requirements.txt');

export interface Schemathesis {
  /** Runs it to its end. @returns its exit code, and all that it printed */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }>;
}

/**
 * Schemathesis as `requirements.txt` pins it, out of the user's cache, or fetched into there with the machine's own settings of pip. At
 * once, because a test must say before it runs that it is skipped.
 * @returns why it is not to be had, where it is not
 */
export function findSchemathesis(env: NodeJS.ProcessEnv = process.env): Schemathesis | { missing: string } {
  const version = python(['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], 10_000);
  const [major = 0, minor = 0] = version.output.trim().split('.').map(Number);
  if (!version.ok || major < 3 || (major === 3 && minor < 11)) {
    return { missing: `Python 3.11 or newer is needed; there is ${version.ok ? version.output.trim() : 'none'}` };
  }
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(env), `schemathesis-${pins}-python${major}.${minor}`);
  if (!existsSync(folder)) {
    const fault = install(folder);
    if (fault !== null) return { missing: `pip could not fetch it: ${fault}` };
  }
  return { run: (args, more) => run(folder, args, more) };
}

function install(folder: string): string | null {
  const temporary = `${folder}.tmp-${randomUUID()}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const { ok, output } = python([...pip, '--target', temporary, '-r', requirements], 300_000);
  try {
    if (!ok) return output.trim().split('\n').at(-1) ?? 'it said nothing';
    renameSync(temporary, folder);
    return null;
  } catch (error) {
    // Another one was faster.
    return existsSync(folder) ? null : String(error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function python(args: readonly string[], timeout: number): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8', timeout });
  return { ok: status === 0, output: status === 0 ? stdout : (stderr ?? '') };
}

function run(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const start = ['-c', 'from schemathesis.cli import schemathesis; schemathesis()', ...args, '--no-color'];
  return new Promise((resolve, reject) => {
    const child = spawn('python3', start, {
      cwd: home,
      env: { ...process.env, ...env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
