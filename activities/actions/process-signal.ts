import { setTimeout as delay } from 'node:timers/promises';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action, ActionError, type ActionContext, type PlanContext } from './action';
import { pathField } from './fields';
import { firstSeen, keepSeen, seenBefore } from './first-seen';
import { isSame, processFacts, processOfFile, type ProcessFacts } from './process-facts';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    pid: Type.Optional(Type.Integer({ minimum: 2, maximum: 4_194_304 })),
    pid_file: Type.Optional(pathField('A file that holds the process id, below those to be read.')),
    cmdline: Type.Optional(
      Type.String({ description: 'Must be in its command line; required with `pid`.', minLength: 1, maxLength: 1000 }),
    ),
    signal: stringEnum(['TERM', 'INT', 'QUIT', 'KILL', 'HUP', 'USR1', 'USR2'], { default: 'TERM' }),
    wait: Type.Number({
      description: 'Seconds in which it must have ended, after a signal that ends a process; 0: not waited for.',
      minimum: 0,
      maximum: 3600,
      default: 10,
    }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  pid: Type.Integer(),
  cmdline: Type.String(),
  signal: Type.String(),
  ended: Type.Boolean({ description: 'Whether it is known to have ended.' }),
});

type Input = Static<typeof input>;
const ending = ['TERM', 'INT', 'QUIT', 'KILL'];
const lookEveryMs = 50;

export const processSignal = action({
  name: 'process.signal',
  title: 'Signal a process',
  description: 'Sends a signal to the process that is meant: one that has got its id since is left alone. Linux only.',
  input,
  output,
  effect: 'destructive',
  idempotent: false,
  timeout: 120,
  locks: async (given, context) => [`process:${given.pid_file ? await pidFile(given.pid_file, context) : given.pid}`],

  async plan(given, context) {
    const { pid, started, cmdline } = await target(given, context);
    return { signal: given.signal, pid, started, cmdline };
  },

  async run(given, context) {
    const approved = context.approved as ProcessFacts | undefined;
    if (approved) await keepSeen(context, approved);
    const process = approved ?? (await firstSeen(context, () => target(given, context)));
    if (isSame(process, await processFacts(process.pid))) {
      send(process, given.signal);
      await context.log('info', `sent ${given.signal} to process ${process.pid}: ${process.cmdline}\n`);
    }
    const waits = ending.includes(given.signal) && given.wait > 0;
    const ended = waits ? await hasEnded(process, given.wait, context) : false;
    if (waits && !ended) {
      throw new ActionError('still_running', `process ${process.pid} has not ended within ${given.wait} s`);
    }
    return { pid: process.pid, cmdline: process.cmdline, signal: given.signal, ended };
  },

  async verify({ signal }, context) {
    const process = await seenBefore<ProcessFacts>(context);
    // It is written down whom it is for before anything is sent.
    if (!process) return 'not_done';
    if (!isSame(process, await processFacts(process.pid))) {
      return { done: { pid: process.pid, cmdline: process.cmdline, signal, ended: true } };
    }
    // To end it once more does no harm; to reload it might.
    return ending.includes(signal) ? 'not_done' : 'unknown';
  },
});

async function pidFile(path: string, context: PlanContext): Promise<string> {
  return allowedPath(path, 'read', context);
}

/** @throws ActionError `invalid_input`, `not_found`, `other_process`, `not_allowed` */
async function target({ pid, pid_file: file, cmdline }: Input, context: PlanContext): Promise<ProcessFacts> {
  if ((pid === undefined) === (file === undefined)) {
    throw new ActionError('invalid_input', 'process.signal takes either `pid` or `pid_file`');
  }
  if (pid !== undefined && cmdline === undefined) {
    throw new ActionError('invalid_input', 'with `pid`, `cmdline` must say which process is meant');
  }
  const found =
    file === undefined ? await processFacts(pid as number) : await processOfFile(await pidFile(file, context));
  if (!found) throw new ActionError('not_found', `there is no process ${pid}`);
  if (cmdline !== undefined && !found.cmdline.includes(cmdline)) {
    throw new ActionError('other_process', `process ${found.pid} is not the one that is meant`);
  }
  if ([1, process.pid, process.ppid].includes(found.pid)) {
    throw new ActionError('not_allowed', `process ${found.pid} is the worker itself, or above it`);
  }
  return found;
}

function send({ pid }: ProcessFacts, signal: Input['signal']): void {
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH') throw new ActionError('not_allowed', `process ${pid} can not be signalled: ${code}`);
  }
}

async function hasEnded(process: ProcessFacts, seconds: number, { signal }: ActionContext): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (isSame(process, await processFacts(process.pid))) {
    if (Date.now() > deadline) return false;
    await delay(lookEveryMs, undefined, { signal });
  }
  return true;
}
