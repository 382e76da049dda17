import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distDir } from '../../../infra/paths';
import { freePort } from '../../../stack/ports';
import { until } from '../../_util/api-client';

const script = join(distDir, 'service.js');

/** A small web service in a process of its own, which can be killed and brought back. */
export class WatchedService {
  private constructor(
    readonly url: string,
    /** What brings it back. */
    readonly restart: readonly string[],
    private readonly folder: string,
  ) {}

  static async start(): Promise<WatchedService> {
    const [folder, port] = [mkdtempSync(join(tmpdir(), 'ymera-watched-')), String(await freePort())];
    const pidFile = join(folder, 'pid');
    const args = [port, pidFile];
    spawn(process.execPath, [script, 'serve', ...args], { detached: true, stdio: 'ignore' }).unref();
    await until(() => existsSync(pidFile), 'the service');
    return new WatchedService(`http://127.0.0.1:${port}/`, [process.execPath, script, 'restart', ...args], folder);
  }

  get pid(): number {
    return Number(readFileSync(join(this.folder, 'pid'), 'utf8'));
  }

  kill(): void {
    process.kill(this.pid, 'SIGKILL');
  }

  /** Ends it for good. */
  stop(): void {
    try {
      this.kill();
    } catch {
      // It is dead already.
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
