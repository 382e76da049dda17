import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, ActionSettings } from '../actions/action';
import { actions } from '../actions/catalogue';
import type { StepOrder, StepResult } from '../actions/order';
import { stepRunner, type StepRunner } from '../perform';
import type { LockOwner, StepPorts, TryInfo } from '../perform-ports';

export interface StepHarness {
  /** A folder that may be read and written. */
  root: string;
  settings: ActionSettings;
  runner: StepRunner;
  ports: StepPorts;
  /** What was written to the log, per stream. */
  logged: { stream: string; text: string }[];
  /** `take …` and `release …`, in order. */
  locked: string[];
  secrets: Record<string, string>;
  /** Keys that others hold. */
  taken: Set<string>;
  /** Does one step of the run `run-1`. */
  perform(
    this: void,
    order: Partial<StepOrder> & Pick<StepOrder, 'action' | 'with'>,
    info?: Partial<TryInfo>,
  ): Promise<StepResult>;
  end(): Promise<void>;
}

export const order = (given: Partial<StepOrder> & Pick<StepOrder, 'action' | 'with'>): StepOrder => ({
  runId: 'run-1',
  path: 'step',
  attempt: 1,
  held: [],
  runbook: 'book',
  ...given,
});

export const tryInfo = (given: Partial<TryInfo> = {}): TryInfo => ({
  tries: 1,
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  ...given,
});

/** A step runner on a temporary folder, with everything else in memory. */
export async function stepHarness(
  options: { actions?: readonly Action[] } & Partial<StepPorts> = {},
): Promise<StepHarness> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'ymera-steps-')));
  const root = join(base, 'root');
  await mkdir(root);
  const settings: ActionSettings = {
    executables: 'any',
    readRoots: [root],
    writeRoots: [root],
    workspace: join(base, 'workspace'),
    store: { folder: join(base, 'store'), artifactBytes: 100_000, cacheBytes: 100_000 },
  };
  const logged: StepHarness['logged'] = [];
  const locked: string[] = [];
  const secrets: Record<string, string> = {};
  const taken = new Set<string>();
  const named = ({ run, path }: LockOwner): string => `${run}/${path}`;
  const ports: StepPorts = {
    actions,
    settings,
    secrets: { get: async (name) => secrets[name] },
    policy: async () => null,
    locks: {
      take: async (keys, owner) => {
        locked.push(`take ${keys.join(' ')} for ${named(owner)}`);
        const first = keys.find((key) => taken.has(key));
        return first === undefined ? [] : [{ key: first, agent: `target of ${first}` }];
      },
      release: async (keys, owner) => void locked.push(`release ${keys.join(' ')} for ${named(owner)}`),
    },
    logs: {
      open: () => ({
        write: async (stream, text) => void logged.push({ stream, text }),
        close: async () => undefined,
      }),
    },
    onError: (error) => {
      throw error;
    },
    ...options,
  };
  const runner = stepRunner(ports);
  return {
    root,
    settings,
    runner,
    ports,
    logged,
    locked,
    secrets,
    taken,
    perform: (given, info) => runner.perform(order(given), tryInfo(info)),
    end: () => rm(base, { recursive: true, force: true }),
  };
}

/** The output of a step that must have succeeded. */
export function outputOf<T = Record<string, unknown>>(result: StepResult): T {
  if (result.status !== 'succeeded') throw new Error(`the step has not succeeded: ${JSON.stringify(result)}`);
  return result.output as T;
}

/** The code of the error of a step that must have failed. */
export function codeOf(result: { status: string; error?: { code: string } }): string {
  if (result.status !== 'failed' || !result.error) throw new Error(`it has not failed: ${JSON.stringify(result)}`);
  return result.error.code;
}
