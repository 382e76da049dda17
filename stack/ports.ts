import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from './processes';

// Below every system's ephemeral range: a client that reconnects to a dead port of that range on loopback can be given
// the very same port as its own, connect to itself, and so keep the server from coming back.
const lowest = 20_000;
const highest = 31_999;
const host = '127.0.0.1';

/** The port asked for is taken. */
export class PortTakenError extends Error {
  readonly code = 'port_taken';
  constructor(port: number) {
    super(`port ${port} is in use; choose another one with PORT (0 takes a free one)`);
  }
}

/**
 * A free TCP port of 127.0.0.1 in 20000–31999, reserved for this process among all of this user's stacks until it ends.
 * @param preferred taken where it is free, so that addresses stay the same over restarts.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && reserve(preferred, true) && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest + 1);
    if (reserve(port, false) && (await isFree(port))) return port;
  }
  throw new Error(`no free port was found between ${lowest} and ${highest}`);
}

/** Whether 127.0.0.1 accepts a listener on this port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Two stacks that start at the same moment would both find a port free before either has bound it.
 * @param again whether a port that this very process has reserved before will do.
 */
function reserve(port: number, again: boolean): boolean {
  const folder = join(tmpdir(), `ymera-ports-${process.getuid?.() ?? 'user'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, String(port));
  const mine = `${process.pid} ${identityOf(process.pid)}`;
  if (writeNew(file, mine)) return true;
  const owner = readOwner(file);
  if (owner === mine) return again;
  const [pid = '', ...identity] = owner.split(' ');
  // An empty file is one that its owner is about to fill.
  if (owner === '' || identityOf(Number(pid)) === identity.join(' ')) return false;
  removeFile(file);
  return writeNew(file, mine);
}

function writeNew(file: string, content: string): boolean {
  try {
    const fd = openSync(file, 'wx', 0o600);
    writeSync(fd, content);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Another process was quicker; writing anew then decides.
  }
}
