import { run } from './binaries/run';

type Command = [program: string, ...args: string[]];

let setprivKnows: Promise<boolean> | undefined;

/**
 * The command so wrapped that the kernel sends it `signal` when this process dies, however it dies. Servers do not watch
 * their parent themselves. Only Linux has this (`setpriv` of util-linux, which then becomes the program, same pid);
 * elsewhere the command stays as it is, and the next start clears what was left over.
 */
export async function endsWithParent(command: Command, signal: NodeJS.Signals): Promise<Command> {
  if (process.platform !== 'linux') return command;
  setprivKnows ??= run('setpriv', ['--help']).then(
    (help) => help.includes('--pdeathsig'),
    () => false,
  );
  if (!(await setprivKnows)) return command;
  return ['setpriv', '--pdeathsig', signal.replace('SIG', ''), '--', ...command];
}
