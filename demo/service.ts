import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * The service that the demo watches: `service.js serve <port> <pidFile>` answers until it is killed;
 * `service.js restart <port> <pidFile>` starts it in the background, which is what the agent is allowed to run.
 */
const [mode, port = '', pidFile = ''] = process.argv.slice(2);

if (mode === 'serve') {
  createServer((_request, response) => response.end(`pid ${process.pid}\n`)).listen(Number(port), '127.0.0.1', () =>
    writeFileSync(pidFile, String(process.pid)),
  );
} else {
  const child = spawn(process.execPath, [__filename, 'serve', port, pidFile], { detached: true, stdio: 'ignore' });
  child.unref();
}
