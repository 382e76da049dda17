import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { addAgentCommands } from './commands/agents';
import { addApprovalCommands } from './commands/approvals';
import { addConfigCommands } from './commands/config';
import { addDoctorCommand } from './commands/doctor';
import { addEventCommands } from './commands/events';
import { addEvidenceCommands } from './commands/evidence';
import { addMomentCommands } from './commands/moments';
import { addRunbookCommands } from './commands/runbooks';
import { addRunCommands } from './commands/runs';
import { addSessionCommands } from './commands/session';
import { addCompletion } from './completion';
import { addGlobalOptions, outputOf } from './context';
import { CliError, exitCodes } from './errors';

const exits = `
Exit codes: 0 done; 1 refused, or it failed; 2 a wrong call; 3 no answer; 4 not signed in, or not allowed.
Environment: YMERA_URL, YMERA_API_KEY, YMERA_PROFILE, YMERA_CONFIG, NO_COLOR.`;

function programOf(): Command {
  const program = new Command('ymera')
    .description('Talks to a Ymera server: agents, runs, approvals, runbooks and evidence.')
    .version(version)
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', exits)
    .exitOverride();
  addGlobalOptions(program);
  addSessionCommands(program);
  addAgentCommands(program);
  addConfigCommands(program);
  addEventCommands(program);
  addMomentCommands(program);
  addEvidenceCommands(program);
  addRunCommands(program);
  addApprovalCommands(program);
  addRunbookCommands(program);
  addDoctorCommand(program);
  addCompletion(program);
  return program;
}

/**
 * Runs one command line.
 * @param args without node and script
 * @returns the exit code; what went wrong is on stderr in a line
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = programOf();
  inherit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (!(error instanceof CliError)) throw error;
    outputOf(program).failure(error.message, error.details);
    return error.exit;
  }
}

/** Each command ends the way the program does: by an error that is handled here. */
function inherit(command: Command): void {
  for (const sub of command.commands) {
    sub.copyInheritedSettings(command);
    inherit(sub);
  }
}
