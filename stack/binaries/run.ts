import { execFile, type ChildProcess } from 'node:child_process';

/** Where and how long a helper program may run. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** Milliseconds; 30,000 unless told. */
  timeoutMs?: number;
}

const running = new Set<ChildProcess>();

/** Ends all programs that `run` waits for, which makes it throw: for a stack that is told to end while it sets up. */
export function endRunning(): void {
  for (const child of running) child.kill();
}

/**
 * Runs a program to its end, without a shell, and answers its stdout.
 * @throws Error `<program>: <the last line it wrote to stderr>` when it fails, is missing or takes too long.
 */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs = 30_000, ...rest } = options;
  return new Promise((resolve, reject) => {
    const limits = { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(file, args, { ...rest, ...limits }, (error, stdout, stderr) => {
      running.delete(child);
      if (error === null) resolve(stdout);
      else reject(new Error(`${file}: ${reason(error, stderr)}`, { cause: error }));
    });
    running.add(child);
  });
}

function reason(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === 'ENOENT') return 'not found';
  if (error.killed) return 'took too long';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? error.message.split('\n')[0] ?? 'failed';
}
