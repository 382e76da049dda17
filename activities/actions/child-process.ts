import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ActionContext } from './action';

export interface ChildOrder {
  /** Absolute path of the program. */
  file: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  stdin?: string;
}

export interface ChildResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  truncated: boolean;
}

const stdoutLimit = 32 * 1024;
const stderrLimit = 16 * 1024;
const killAfterMs = 2000;
/** How long output may still come after the program has ended. */
const drainMs = 200;

/**
 * Runs a program in a process group of its own. When the signal aborts, the whole group is told to end, and killed if it
 * has not after 2 s. What it leaves running when it ends by itself, such as a service that it started, is left alone.
 * @throws where it can't be started
 */
export async function runChild(order: ChildOrder, context: ActionContext): Promise<ChildResult> {
  context.signal.throwIfAborted();
  const { file, args, cwd, env, stdin } = order;
  const child = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ending = endGroupOnAbort(child, context.signal);
  const outputs = [
    collect(child.stdout as Readable, context, 'stdout', stdoutLimit),
    collect(child.stderr as Readable, context, 'stderr', stderrLimit),
  ] as const;
  try {
    // A program that does not read all of its input is no failure.
    child.stdin?.on('error', () => undefined).end(stdin);
    const [exitCode, signal] = await exited;
    const late = setTimeout(() => (child.stdout?.destroy(), child.stderr?.destroy()), drainMs);
    const [stdout, stderr] = await Promise.all(outputs);
    clearTimeout(late);
    return {
      exitCode,
      signal,
      stdout: stdout.text,
      stderr: stderr.text,
      truncated: stdout.truncated || stderr.truncated,
    };
  } finally {
    await Promise.allSettled(outputs);
    await ending.done();
  }
}

async function collect(
  stream: Readable,
  context: ActionContext,
  name: 'stdout' | 'stderr',
  limit: number,
): Promise<{ text: string; truncated: boolean }> {
  const capture = context.capture(name, limit);
  try {
    for await (const chunk of stream) await capture.write(chunk as Buffer);
  } catch {
    // Cut off because something that the program started still holds it.
  }
  return capture.end();
}

/** `done` resolves when nothing is left of a group that was told to end. */
function endGroupOnAbort(child: ChildProcess, signal: AbortSignal): { done(): Promise<void> } {
  let killed: Promise<void> | undefined;
  const onAbort = (): void => void (killed ??= endGroup(child.pid));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    async done() {
      signal.removeEventListener('abort', onAbort);
      await killed;
    },
  };
}

async function endGroup(group: number | undefined): Promise<void> {
  if (group === undefined || !signalGroup(group, 'SIGTERM')) return;
  const deadline = Date.now() + killAfterMs;
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    if (!signalGroup(group, 0)) return;
  }
  signalGroup(group, 'SIGKILL');
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
