import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../_util/api-client';

const library = ['x86_64', 'aarch64']
  .map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

/** Whether this machine has libfaketime, which lies about the time to programs that ask the C library for it. */
export const hasFakeTime = library !== undefined;

/** The wall clock of all processes that are started with its `env`; their monotonic clock goes on as it is. */
export class WallClock {
  private constructor(
    private readonly folder: string,
    private readonly holder: ChildProcess & { pid: number },
  ) {}

  static async open(): Promise<WallClock> {
    const folder = mkdtempSync(join(tmpdir(), 'ymera-clock-'));
    // PostgreSQL runs as another user when this process is root, and must be able to read both.
    chmodSync(folder, 0o711);
    const holder = spawn('sleep', ['infinity'], { env: { ...process.env, LD_PRELOAD: library }, stdio: 'ignore' });
    const clock = new WallClock(folder, holder as ChildProcess & { pid: number });
    process.once('exit', clock.endHolder);
    clock.turn(0);
    const shared = clock.shared;
    await until(() => Promise.resolve(shared.every((file) => existsSync(file))), 'what the processes share', 10_000);
    for (const file of shared) chmodSync(file, 0o666);
    return clock;
  }

  get env(): NodeJS.ProcessEnv {
    const { pid } = this.holder;
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: join(this.folder, 'now'),
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      // Each process would else make its own, for its own user, and leave it behind when it is killed.
      FAKETIME_SHARED: `/faketime_sem_${pid} /faketime_shm_${pid}`,
    };
  }

  /** Sets all of them, some 1 s from now at the latest. @param seconds ahead of the real time; behind it where negative */
  turn(seconds: number): void {
    const next = join(this.folder, 'next');
    writeFileSync(next, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 });
    renameSync(next, join(this.folder, 'now'));
  }

  /** Whether a process asks this clock; one that is linked statically never does. */
  isAskedBy(pid: number): boolean {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(library ?? '');
  }

  close(): void {
    process.removeListener('exit', this.endHolder);
    this.endHolder();
    rmSync(this.folder, { recursive: true });
  }

  private get shared(): string[] {
    return ['sem.faketime_sem', 'faketime_shm'].map((name) => `/dev/shm/${name}_${this.holder.pid}`);
  }

  private readonly endHolder = (): void => {
    this.holder.kill('SIGKILL');
    for (const file of this.shared) rmSync(file, { force: true });
  };
}
