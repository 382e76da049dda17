import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Program } from './catalogue';
import type { Way } from './ladder';
import { run } from './run';
import { isProgram } from '../../infra/programs';

/** The way by the program's own environment variable: binding, since whoever sets it means it. */
export function byVariable(program: Program, env: NodeJS.ProcessEnv): Way[] {
  const path = env[program.variable];
  if (!path) return [];
  const isFolder = program.server === 'postgres';
  return [
    {
      label: program.variable,
      binding: true,
      find: async () => {
        const file = isFolder ? join(path, 'postgres') : path;
        if (!isProgram(file)) throw new Error(`${file} is not a program`);
        return path;
      },
    },
  ];
}

/** The way over PATH (and `extraFolders` after it), taking the first program that is new enough. Answers its file. */
export function onPath(program: Program, env: NodeJS.ProcessEnv, extraFolders: () => Promise<string[]>): Way {
  return {
    label: 'PATH',
    find: async () => {
      const refused: string[] = [];
      const folders = [...(env['PATH'] ?? '').split(delimiter).filter((f) => f !== ''), ...(await extraFolders())];
      for (const name of program.names) {
        for (const folder of folders) {
          const file = join(folder, name);
          if (!isProgram(file)) continue;
          const problem = await versionProblem(program, file);
          if (problem === null) return file;
          refused.push(problem);
        }
      }
      throw new Error(refused[0] ?? `no ${program.names.join(' or ')}`);
    },
  };
}

/** Folders where PostgreSQL's programs lie though they are not on PATH: Debian's and Homebrew's, newest version first. */
export async function postgresFolders(): Promise<string[]> {
  const debian = await list('/usr/lib/postgresql', /^\d+$/);
  const brews = ['/opt/homebrew/opt', '/usr/local/opt', '/home/linuxbrew/.linuxbrew/opt'];
  const homebrew = await Promise.all(brews.map((folder) => list(folder, /^postgresql(@\d+)?$/)));
  return [...debian, ...homebrew.flat()].map((folder) => join(folder, 'bin'));
}

/** Why the program at `file` will not do, in a few words, or null when its version is new enough. */
async function versionProblem(program: Program, file: string): Promise<string | null> {
  const text = await run(file, ['--version'], { timeoutMs: 10_000 }).catch((error: Error) => error.message);
  const version = readVersion(text);
  if (version === null) return `${file} tells no version`;
  if (program.minimum === null || /valkey/i.test(text) || isAtLeast(version, program.minimum)) return null;
  return `${file} has version ${version.join('.')}, ${program.minimum.join('.')} or newer is needed`;
}

/** The first `major.minor` (or lone `major`, as PostgreSQL's betas have) in what `--version` prints. */
export function readVersion(text: string): [major: number, minor: number] | null {
  const match = /(\d+)\.(\d+)/.exec(text) ?? /\b(\d+)(?:devel|beta\d*|rc\d*)?\b/.exec(text);
  return match ? [Number(match[1]), Number(match[2] ?? 0)] : null;
}

/** Whether `version` is `minimum` or newer. */
export function isAtLeast(version: readonly [number, number], minimum: readonly [number, number]): boolean {
  return version[0] !== minimum[0] ? version[0] > minimum[0] : version[1] >= minimum[1];
}

async function list(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const versionOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  return names
    .filter((name) => pattern.test(name))
    .sort((a, b) => versionOf(b) - versionOf(a))
    .map((name) => join(folder, name));
}
