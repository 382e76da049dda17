import { Command, CommanderError } from 'commander';
import { printed } from './print';
import { Unreadable } from './unreadable';
import { verifyBundle } from './verify';

const help = `
It needs no network and no server. Without --key it believes the keys that the bundle brings: then it shows that the
bundle was signed by one who has that key, not whose key it is.

Exit: 0 nothing speaks against it, 1 something does and the first bad record is named, 2 it is no bundle or the call is wrong.
What is in a bundle: docs/evidence-format.md`;

/** @returns the exit code */
async function main(argv: string[]): Promise<number> {
  const program = new Command('ymera-verify')
    .description('Verifies a bundle of evidence that Ymera has exported.')
    .argument('<bundle>', 'the zip')
    .option(
      '--key <key...>',
      'key to believe: its id, or a file with it (PEM, base64, or the answer of GET evidence/keys)',
    )
    .option('--json', 'print the whole report as JSON')
    .addHelpText('after', help)
    .exitOverride();
  program.parse(argv);
  const { key = [], json = false } = program.opts<{ key?: string[]; json?: boolean }>();
  const report = await verifyBundle(program.args[0] as string, key);
  const colored = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printed(report, colored));
  return report.verdict === 'pass' ? 0 : 1;
}

// Whoever reads the output may have seen enough.
process.stdout.on('error', () => undefined);

main(process.argv).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.exitCode = 2;
    // Commander has said it; what it calls an error may be that help was asked for.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof Unreadable) process.stderr.write(`ymera-verify: ${error.message}\n`);
    else process.stderr.write(`ymera-verify: it failed: ${error instanceof Error ? error.message : String(error)}\n`);
  },
);
