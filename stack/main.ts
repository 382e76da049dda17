import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, parseEnvironment } from '../infra/config';
import { tlsOf } from '../infra/tls';
import { Stack } from './stack';
import { StoppedError } from './supervisor';
import { summary, terminalVoice, usage } from './terminal';

/** Exit codes: 0 ended in order, 1 could not start, 2 bad environment or argument. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const env = parseEnvironment(process.env);
  // Told here rather than by an API that does not come up.
  tlsOf(env);
  const home = resolve(env.YMERA_HOME);
  const voice = await terminalVoice();
  const stack = new Stack(home, env, voice);

  const told = new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        // From the second signal on, of either kind.
        for (const again of ['SIGINT', 'SIGTERM'] as const) process.on(again, () => stack.hurry());
        end();
      });
    }
  });
  const failure = await Promise.race([start(), told]).catch((error: Error) => error);
  voice.quiet();
  if (failure === undefined) voice.step('ending');
  await stack.stop();
  voice.quiet();
  if (failure === undefined || failure instanceof StoppedError) return 0;
  process.stderr.write(`${failure.message}\n`);
  return 1;

  async function start(): Promise<void> {
    const file = await stack.start();
    voice.quiet();
    process.stdout.write(summary(file, home));
    await told;
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error & { code?: string }) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(error instanceof ConfigError || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1);
  },
);
