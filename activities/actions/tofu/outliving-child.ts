import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ActionError, type ActionContext } from '../action';

const lookEveryMs = 100;
const keptCharacters = 32 * 1024;
const interruptedForMs = 4000;

/**
 * Runs a program that must not be cut off in its middle: it writes to a file, so that it goes on to its end though this process
 * dies. When the signal aborts it is asked to stop (SIGINT), and left to it.
 * @param order.log the file, which is replaced
 * @returns what it wrote, in the middle cut out where it is long, redacted
 * @throws ActionError `not_started`, `killed`; the reason of the signal
 */
export async function outlivingChild(
  order: { file: string; args: string[]; cwd: string; env: Record<string, string | undefined>; log: string },
  { capture, signal }: ActionContext,
): Promise<{ exitCode: number; text: string }> {
  signal.throwIfAborted();
  const log = await open(order.log, 'w+', 0o600);
  try {
    const child = spawn(order.file, order.args, {
      cwd: order.cwd,
      env: order.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.unref();
    let ended: { code: number | null } | undefined;
    const exited = once(child, 'exit').then(
      ([code]) => (ended = { code: code as number | null }),
      (error: NodeJS.ErrnoException) => {
        throw new ActionError('not_started', `${order.file} could not be started: ${error.code}`);
      },
    );
    exited.catch(() => undefined);
    const taken = capture('stdout', keptCharacters);
    let at = 0;
    while (!ended && !signal.aborted) {
      await Promise.race([exited, delay(lookEveryMs)]);
      at = await passOn(log, at, taken);
    }
    if (!ended) {
      child.kill('SIGINT');
      await Promise.race([exited, delay(interruptedForMs)]);
      signal.throwIfAborted();
    }
    await passOn(log, at, taken);
    const { text } = await taken.end();
    const code = ended?.code ?? null;
    if (code === null) throw new ActionError('killed', `${order.args[0]} was ended by a signal`, { text });
    return { exitCode: code, text };
  } finally {
    await log.close();
  }
}

async function passOn(log: FileHandle, from: number, taken: ReturnType<ActionContext['capture']>): Promise<number> {
  let at = from;
  for (;;) {
    const { bytesRead, buffer } = await log.read(Buffer.alloc(16_384), 0, 16_384, at);
    if (bytesRead === 0) return at;
    await taken.write(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
