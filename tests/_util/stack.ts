import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { distDir } from '../../infra/paths';
import { tail } from '../../stack/log-file';
import { endsWithParent } from '../../stack/parent-death';
import { identityOf } from '../../stack/processes';
import type { Role, StackFile } from '../../stack/stack-file';

export interface TestStackOptions {
  env?: NodeJS.ProcessEnv;
  /** The bundled stack; `dist/stack.js` unless told. */
  script?: string;
  /** Milliseconds until it must be ready; 120,000 unless told, since a first start may have to download servers. */
  readyWithinMs?: number;
}

/** The tests' machine may name servers of its own; a test stack runs all of them itself. An empty variable is absent. */
const ownServers = { TEMPORAL_ADDRESS: '', NATS_SERVERS: '', REDIS_URL: '', REDIS_HOST: '', DATABASE_URL: '' };

/** A test sends more from one address than a person would; the limits themselves have a test of their own. */
const ampleLimits = {
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_LOGIN_PER_MINUTE: '1000',
  RATE_LIMIT_PRINCIPAL_PER_MINUTE: '1000000',
  RATE_LIMIT_UPGRADE_PER_MINUTE: '100000',
};

/** A whole stack as a child process, in a home of its own. */
export class TestStack {
  /** What `stack.json` said when it was last read. */
  file!: StackFile;
  #child: ChildProcess | undefined;
  #output = '';
  #exited: Promise<number | null> = Promise.resolve(null);
  readonly #endWithTests = (): void => void this.#child?.kill('SIGKILL');

  constructor(
    readonly home: string,
    private readonly options: TestStackOptions,
  ) {}

  /** All that the stack has printed. */
  get output(): string {
    return this.#output;
  }

  /** The supervisor's own pid. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /**
   * Starts the stack (again) in its home and waits for its `ready` line.
   * @throws Error with what it printed.
   */
  async start(): Promise<void> {
    // At once: whoever waits for a line must not find it in what an earlier run has said.
    this.#output = '';
    const script = this.options.script ?? join(distDir, 'stack.js');
    // Tests take longer than a token lasts.
    const own = { ENVIRONMENT: 'test', TOKEN_TTL_SECONDS: '86400' };
    const env = { ...process.env, ...ownServers, ...ampleLimits, ...own, ...this.options.env };
    const [command, ...args] = await endsWithParent([process.execPath, script], 'SIGTERM');
    const child = spawn(command, args, {
      env: { ...env, YMERA_HOME: this.home, PORT: this.options.env?.['PORT'] ?? '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    process.once('exit', this.#endWithTests);
    await this.waitFor(() => /^ready /m.test(this.#output), 'ready', this.options.readyWithinMs ?? 120_000);
    this.reload();
  }

  /** Reads `stack.json` anew. */
  reload(): StackFile {
    this.file = JSON.parse(readFileSync(join(this.home, 'stack.json'), 'utf8')) as StackFile;
    return this.file;
  }

  /** Kills a role's process with SIGKILL. @returns its pid. */
  kill(role: Role): number {
    const pid = this.reload().pids[role];
    if (pid === null) throw new Error(`${role} is not a process of this stack`);
    this.#output = '';
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Waits until a role that was killed is back and ready. @returns its new pid. */
  async waitRestarted(role: Role, withinMs = 60_000): Promise<number> {
    const back = new RegExp(`^${role} ended .* is back as process (\\d+)`, 'm');
    await this.waitFor(() => back.test(this.#output), `${role} restarted`, withinMs);
    const pid = Number(back.exec(this.#output)?.[1]);
    await this.waitFor(() => this.reload().pids[role] === pid, `${role} in stack.json`, 5_000);
    return pid;
  }

  /** Sends the supervisor a signal and waits for its end. @returns its exit code, null when the signal ended it. */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    this.#child?.kill(signal);
    return this.#exited;
  }

  /** Ends the stack in order, keeping its home for another `start`. @returns the exit code. */
  async end(): Promise<number | null> {
    const code = await Promise.race([this.signal('SIGTERM'), sleep(60_000, 'late' as const, { ref: false })]);
    process.removeListener('exit', this.#endWithTests);
    if (code !== 'late') return code;
    await this.signal('SIGKILL');
    throw new Error(`the stack did not end within 60 s\n${this.describe()}`);
  }

  /** Ends the stack and removes its home. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Which of these processes run. */
  running(pids: readonly (number | null)[]): number[] {
    return pids.filter((pid): pid is number => pid !== null && identityOf(pid) !== null);
  }

  /** What was printed and logged last, for the message of a test that fails. */
  describe(): string {
    const roles: Role[] = ['temporal', 'nats', 'redis', 'postgres', 'worker', 'projector', 'evidence', 'api'];
    const logs = roles.map((role) => `--- ${role}\n${tail(join(this.home, 'logs', `${role}.log`), 0, 20)}`);
    return [`--- stack\n${this.#output}`, ...logs].join('\n');
  }

  private async waitFor(isSo: () => boolean, what: string, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    const child = this.#child;
    while (!isSo()) {
      const ended = child?.exitCode ?? child?.signalCode ?? null;
      if (ended !== null) throw new Error(`the stack ended (${ended}) before: ${what}\n${this.describe()}`);
      if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s for: ${what}\n${this.describe()}`);
      await sleep(20);
    }
  }
}

/**
 * Starts a whole stack for a test, in a temporary home and on free ports. It ends with this process at the latest.
 * @throws Error with all that it printed and logged; nothing is left running then.
 */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const home = mkdtempSync(join(tmpdir(), 'ymera-stack-'));
  // PostgreSQL runs as another user when this process is root, and must be able to pass.
  await chmod(home, 0o711);
  const stack = new TestStack(home, options);
  try {
    await stack.start();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
