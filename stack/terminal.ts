import type { Ora } from 'ora';
import pc from 'picocolors';
import type { StackFile } from './stack-file';
import type { Voice } from './stack';

/** A voice for the terminal: a spinner where there is one, plain lines elsewhere. `quiet` takes the spinner away. */
export async function terminalVoice(): Promise<Voice & { quiet(): void }> {
  if (!process.stderr.isTTY) {
    const write = (line: string): void => void process.stderr.write(`${line}\n`);
    return { step: write, say: write, quiet: () => undefined };
  }
  const { default: ora } = await import('ora');
  // Ctrl-C must come as a signal.
  const spinner: Ora = ora({ discardStdin: false });
  return {
    step: (line) => void spinner.start(line),
    say: (line) => {
      const { isSpinning, text } = spinner;
      spinner.stop();
      process.stderr.write(`${line}\n`);
      if (isSpinning) spinner.start(text);
    },
    quiet: () => void spinner.stop(),
  };
}

/** The lines that a ready stack prints; the last one is `ready <url>`. The password is not among them. */
export function summary(stack: StackFile, home: string): string {
  const rows: [string, string][] = [
    ['console', stack.console],
    ['API', `${stack.api}/api/v1, described at ${stack.api}/docs`],
    ...(stack.temporal.ui === null ? [] : [['Temporal', stack.temporal.ui] as [string, string]]),
    ['sign in', `${stack.credentials.username}, password in ${home}/stack.json`],
    ['logs', `${home}/logs`],
  ];
  const lines = rows.map(([name, value]) => `  ${pc.dim(name.padEnd(9))} ${value}`);
  return ['', `${pc.bold('Ymera is running')} (Ctrl-C ends it)`, ...lines, '', `ready ${stack.api}`, ''].join('\n');
}

export const usage = `Ymera: event-sourced agents on Temporal.

Usage: npm start [-- --help]

Starts Temporal, NATS, Redis, PostgreSQL, the worker, the projector, the keeper of
evidence and the API with its console, prints "ready <url>", and runs until Ctrl-C. Everything listens on 127.0.0.1.

Environment (all of it is described in .env.example):
  PORT               where the API and the console listen (8000; 0 takes a free port)
  YMERA_HOME         folder of this stack's data, logs and credentials (.ymera)
  TEMPORAL_ADDRESS, NATS_SERVERS, REDIS_URL, DATABASE_URL
                     a server that runs already and is used instead of an own one

Once it is ready, YMERA_HOME/stack.json holds its addresses, credentials and process ids.
`;
