import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Absolute path of the project's root, whether this code runs from its sources or from `dist/`. */
export const projectRoot = findRoot(__dirname);

/** Where `npm run build` puts the bundled processes and the workflow bundle. */
export const distDir = join(projectRoot, 'dist');

function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('the project root (the folder of package-lock.json) was not found');
  return findRoot(parent);
}
