import { basename, isAbsolute, join } from 'node:path';
import { ActionError, type ActionSettings } from './action';
import { isProgram } from '../../infra/programs';

/**
 * Absolute path of a program that this worker lets run. A name is looked up along the worker's own PATH, never along one that
 * a step gives; a path must be listed as it is, or be what a listed name stands for.
 * @throws ActionError `not_allowed`, `not_found`
 */
export function allowedExecutable(file: string, allowed: ActionSettings['executables']): string {
  const named = !file.includes('/');
  const found = named ? lookUp(file) : isAbsolute(file) ? file : undefined;
  const listed = allowed === 'any' || allowed.includes(file) || (found !== undefined && allowed.includes(found));
  const standsFor = !listed && !named && allowed.includes(basename(file)) && lookUp(basename(file)) === file;
  if (!listed && !standsFor)
    throw new ActionError('not_allowed', `${file} is not among the executables of this worker`);
  if (found === undefined || !isProgram(found)) throw new ActionError('not_found', `there is no program ${file}`);
  return found;
}

function lookUp(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, name)).find(isProgram);
}
