import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ActionError, type ActionContext, type PlanContext } from '../action';
import { allowedExecutable } from '../executables';
import { madeKeptFolder } from '../first-seen';
import { inheritedVariables } from '../program-environment';
import { allowedPath } from '../roots';
import { madeWorkspace } from '../workspace';
import { outlivingChild } from './outliving-child';
import { planChanges, type PlanChanges } from './plan-changes';
import type { ModuleInput } from './tofu-input';

/** Whoever holds the lock of the state may be the rest of a try whose worker was lost: it is worth waiting for. */
const lockTimeout = '-lock-timeout=120s';
const mostBytes = 64 * 1_048_576;
const started = promisify(execFile);

/** OpenTofu, or Terraform, in the folder of one root module. */
export interface Tofu {
  /**
   * Makes a plan and reads it.
   * @param out where it is saved; it holds secrets by value
   */
  plan(out: string, ...flags: string[]): Promise<PlanChanges>;
  /** The same, saved nowhere. */
  planOnly(...flags: string[]): Promise<PlanChanges>;
  /** @throws ActionError `unreadable_plan` */
  show(plan: string): Promise<PlanChanges>;
  /** @returns `stale` where the state is another one than when the plan was made */
  apply(plan: string, context: ActionContext): Promise<'applied' | 'stale'>;
  /** Its outputs, without those that are sensitive. */
  outputs(): Promise<Record<string, unknown>>;
}

/**
 * The root module, initialised.
 * @throws ActionError `not_allowed`, `not_found`, `tofu_failed`
 */
export async function tofuIn(given: ModuleInput, context: PlanContext): Promise<Tofu> {
  const { dir, workspace } = given;
  const variables = Object.entries({ ...given.variables, ...given.secret_variables });
  const program = tofuProgram(context);
  const cwd = await allowedPath(dir, 'write', context);
  if (!(await stat(cwd).catch(() => null))?.isDirectory())
    throw new ActionError('not_found', `there is no folder ${dir}`);
  const own = join(await madeWorkspace(context), '.tofu');
  const data = join(own, createHash('sha256').update(cwd).digest('hex').slice(0, 16));
  await mkdir(own, { recursive: true, mode: 0o700 });
  const env = {
    ...inheritedVariables(),
    ...Object.fromEntries(variables.map(([name, value]) => [`TF_VAR_${name}`, variableText(value)])),
    TF_DATA_DIR: data,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    ...(workspace === 'default' ? {} : { TF_WORKSPACE: workspace }),
  };

  const run = async (...args: string[]): Promise<string> => {
    context.signal.throwIfAborted();
    try {
      return (await started(program, args, { cwd, env, maxBuffer: mostBytes, signal: context.signal })).stdout;
    } catch (error) {
      context.signal.throwIfAborted();
      const { stderr = '', message } = error as { stderr?: string; message: string };
      throw new ActionError('tofu_failed', `${args[0]}: ${faultOf(stderr || message)}`);
    }
  };
  const show = async (plan: string): Promise<PlanChanges> => planChanges(await run('show', '-json', plan));
  const plan = async (out: string, ...flags: string[]): Promise<PlanChanges> => {
    await run('plan', '-input=false', '-no-color', lockTimeout, `-out=${out}`, ...flags);
    return show(out);
  };

  await run('init', '-input=false', '-no-color', lockTimeout);
  return {
    plan,
    show,
    async planOnly(...flags) {
      const folder = await mkdtemp(join(own, 'plan-'));
      try {
        return await plan(join(folder, 'plan'), ...flags);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async apply(saved, doing) {
      const log = join(await madeKeptFolder(context), 'apply.log');
      const args = ['apply', '-input=false', '-no-color', lockTimeout, saved];
      const { exitCode, text } = await outlivingChild({ file: program, args, cwd, env, log }, doing);
      if (exitCode === 0) return 'applied';
      if (/saved plan is stale/i.test(text)) return 'stale';
      throw new ActionError('tofu_failed', `apply: ${faultOf(text)}`);
    },
    async outputs() {
      const all = JSON.parse(await run('output', '-json')) as Record<string, { sensitive: boolean; value: unknown }>;
      const plain = Object.entries(all).filter(([, { sensitive }]) => !sensitive);
      return Object.fromEntries(plain.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { value }]) => [name, value]));
    },
  };
}

/** The one that the setting names, else OpenTofu, else Terraform. @throws ActionError `not_allowed`, `not_found` */
function tofuProgram({ settings: { tofu, executables } }: PlanContext): string {
  if (tofu !== undefined) return allowedExecutable(tofu, [tofu]);
  try {
    return allowedExecutable('tofu', executables);
  } catch {
    return allowedExecutable('terraform', executables);
  }
}

/** A text as it is, anything else as JSON: both are what it expects of a variable of that type. */
function variableText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What it complains of first; it draws frames around its errors. */
function faultOf(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^[\s│╷╵|]+/u, '').trim());
  const at = lines.findIndex((line) => line.startsWith('Error:'));
  const said = (at === -1 ? lines : lines.slice(at)).filter((line) => line !== '');
  return said.slice(0, 4).join(' ').slice(0, 800) || 'it failed';
}
