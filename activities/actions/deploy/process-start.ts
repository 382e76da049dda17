import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ActionError } from '../action';
import { programEnvironment } from '../program-environment';

const lookEveryMs = 20;
const writtenWithinMs = 5000;

/**
 * The process writes its own pid file before it becomes the program, so that none runs that no file names, whenever its
 * starter dies. The script is fixed; what is given comes as arguments.
 */
const becomes = 'pid=$1; shift; echo $$ > "$pid.new" && mv "$pid.new" "$pid" && exec "$@"';

/**
 * Starts a program that outlives this process, at the head of a group of its own.
 * @param order.argv an absolute path and arguments
 * @throws ActionError `not_allowed`, `not_started` where it has not come as far as to write its pid
 */
export async function startDetached(order: {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  pidFile: string;
  log: string;
}): Promise<void> {
  const log = await open(order.log, 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', becomes, 'start', order.pidFile, ...order.argv], {
      cwd: order.cwd,
      env: programEnvironment(order.env),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.on('error', () => undefined);
    child.unref();
    const deadline = Date.now() + writtenWithinMs;
    while ((await readFile(order.pidFile, 'utf8').catch(() => '')).trim() !== String(child.pid)) {
      if (Date.now() > deadline) throw new ActionError('not_started', `${order.argv[0]} was not started`);
      await delay(lookEveryMs);
    }
  } finally {
    await log.close();
  }
}
