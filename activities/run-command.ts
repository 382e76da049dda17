import { basename } from 'node:path';
import { once } from 'node:events';
import { ApplicationFailure } from '@temporalio/common';
import { execa } from 'execa';
import type { AllowedCommand } from '../actors/devops/config';

export interface CommandOutcome {
  exitCode: number | null;
  durationMs: number;
  /** The end of what it wrote, both streams, at most `mostOutput` characters. */
  output: string;
  error?: string;
}

const mostOutput = 3000;
/** All that a command inherits: nothing of Ymera's own addresses and keys. */
const keptVariables = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'];

/**
 * Runs one allowed program: argv as it is, never through a shell; with a clean environment, no input, and bounded output.
 * @param executables names or absolute paths that this worker lets run
 * @throws ApplicationFailure `executable_not_allowed`
 */
export async function runAllowed(
  { argv, cwd, timeout }: AllowedCommand,
  executables: readonly string[] | 'any',
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const [file = '', ...args] = argv;
  if (executables !== 'any' && !executables.includes(file) && !executables.includes(basename(file))) {
    throw ApplicationFailure.nonRetryable(
      `${file} is not among the executables of this worker`,
      'executable_not_allowed',
    );
  }
  const began = performance.now();
  const env = Object.fromEntries(
    keptVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const child = execa(file, args, {
    ...(cwd ? { cwd } : {}),
    env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    timeout: timeout * 1000,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString('utf8')).slice(-mostOutput));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A service that the command has started may hold its output open for ever: the command's own end is what counts.
  const exited = once(child, 'exit').then(() =>
    setTimeout(() => (child.stdout.destroy(), child.stderr.destroy()), 200),
  );
  const [result] = await Promise.all([child, exited.catch(() => undefined)]);
  const durationMs = Math.round(performance.now() - began);
  const exitCode = result.exitCode ?? null;
  const error = result.timedOut ? `killed after ${timeout} s` : exitCode === null ? result.shortMessage : undefined;
  return { exitCode, durationMs, output, ...(error ? { error: error.slice(0, 500) } : {}) };
}
