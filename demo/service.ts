import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The service that the demo watches: `service.js serve <port> <pidFile>` answers until it is killed;
 * `service.js restart <port> <pidFile>` ends it where it runs and starts it in the background, which is what the agent is
 * allowed to run.
 */
const [mode, port = '', pidFile = ''] = process.argv.slice(2);

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function restart(): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  if (pid > 0 && runs(pid)) process.kill(pid, 'SIGTERM');
  while (pid > 0 && runs(pid)) await delay(20);
  spawn(process.execPath, [__filename, 'serve', port, pidFile], { detached: true, stdio: 'ignore' }).unref();
}

if (mode === 'serve') {
  createServer((_request, response) => response.end(`pid ${process.pid}\n`)).listen(Number(port), '127.0.0.1', () =>
    writeFileSync(pidFile, String(process.pid)),
  );
} else {
  void restart();
}
