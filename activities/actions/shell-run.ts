import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action, ActionError, type ActionContext, type ActionEffect } from './action';
import { runChild } from './child-process';
import { allowedExecutable } from './executables';
import { checkedVariables, programEnvironment } from './program-environment';
import { madeWorkspace, workspaceOf } from './workspace';

const argv = (description: string): ReturnType<typeof Type.Array<ReturnType<typeof Type.String>>> =>
  Type.Array(Type.String({ maxLength: 4096 }), { description, minItems: 1, maxItems: 64 });

const input = Type.Object(
  {
    argv: argv('Program and arguments, as they are: there is no shell.'),
    cwd: Type.Optional(
      Type.String({
        description: 'Working directory; the workspace of the run unless told.',
        minLength: 1,
        maxLength: 4096,
      }),
    ),
    env: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }), Type.String({ maxLength: 32_768 }), {
      description: 'Beside PATH, HOME, LANG and TZ, all that the program sees.',
      default: {},
      additionalProperties: false,
    }),
    stdin: Type.Optional(Type.String({ maxLength: 262_144 })),
    ok_exit_codes: Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { default: [0], minItems: 1, maxItems: 32 }),
    effect: stringEnum<ActionEffect>(['read', 'reversible', 'destructive'], {
      description: 'What the program does to the world.',
      default: 'destructive',
    }),
    idempotent: Type.Boolean({ description: 'Whether twice is the same as once.', default: false }),
    verify: Type.Optional(
      Type.Object(
        { argv: argv('Exits with 0 where the work is done already, with 1 where it is not.') },
        {
          additionalProperties: false,
          description: 'Asked before a second try, after a worker was lost over the first.',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  exit_code: Type.Integer(),
  stdout: Type.String(),
  stderr: Type.String(),
  truncated: Type.Boolean({ description: 'Whether something was left out in the middle; the log has it all.' }),
});

type Input = Static<typeof input>;

export const shellRun = action({
  name: 'shell.run',
  title: 'Run a program',
  description:
    'Runs one of the programs that this worker allows: argv as it is, never through a shell, with a clean environment.',
  input,
  output,
  effect: ({ effect }) => effect,
  idempotent: ({ idempotent, effect }) => idempotent || effect === 'read',
  timeout: 60,

  async plan(given, context) {
    const { argv: command, env, stdin, ok_exit_codes, effect } = given;
    return {
      program: programOf(given.argv, context),
      argv: command,
      cwd: cwdOf(given, context),
      env: checkedVariables(env),
      ...(stdin === undefined ? {} : { stdin }),
      ok_exit_codes,
      effect,
    };
  },

  async run(given, context) {
    const result = await start(given, given.argv, context);
    if (given.ok_exit_codes.includes(result.exit_code)) return result;
    throw new ActionError('exit_code', `${given.argv[0]} exited with ${result.exit_code}`, result);
  },

  async verify(given, context) {
    if (!given.verify) return 'unknown';
    const { stdin: _, ...rest } = given;
    const result = await start(rest, given.verify.argv, context);
    if (result.exit_code === 0) return { done: result };
    return result.exit_code === 1 ? 'not_done' : 'unknown';
  },
});

/** @throws ActionError `not_allowed`, `not_found`, `not_started`, `killed` */
async function start(given: Input, command: string[], context: ActionContext): Promise<Static<typeof output>> {
  const file = programOf(command, context);
  const env = programEnvironment(given.env);
  if (!given.cwd || !isAbsolute(given.cwd)) await madeWorkspace(context);
  const cwd = cwdOf(given, context);
  if (!(await isFolder(cwd))) throw new ActionError('not_found', `there is no folder ${cwd}`);
  const order = {
    file,
    args: command.slice(1),
    cwd,
    env,
    ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
  };
  const { exitCode, signal, ...texts } = await runChild(order, context).catch((error: NodeJS.ErrnoException) => {
    throw context.signal.aborted
      ? error
      : new ActionError('not_started', `${file} could not be started: ${error.code}`);
  });
  if (exitCode === null)
    throw new ActionError('killed', `${command[0]} was ended by ${signal}`, { exit_code: -1, ...texts });
  return { exit_code: exitCode, ...texts };
}

function programOf([file = '']: string[], { settings }: Pick<ActionContext, 'settings'>): string {
  return allowedExecutable(file, settings.executables);
}

function cwdOf({ cwd }: Input, context: Pick<ActionContext, 'settings' | 'runId'>): string {
  if (cwd === undefined) return workspaceOf(context);
  return isAbsolute(cwd) ? cwd : join(workspaceOf(context), cwd);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
