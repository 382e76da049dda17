import { ActionError, type Action, type ActionContext, type ActionEffect } from './actions/action';
import type { StepOrder, StepResult } from './actions/order';
import type { StepPorts, TryInfo } from './perform-ports';
import { redactMarked, Redactor } from './redaction';
import { withoutReferences } from './secret-references';
import { stepError } from './step-error';
import { effectOf, idempotencyKey, preparedInput } from './step-input';
import { StepIo } from './step-io';
import { underLocks } from './step-locks';
import { mostOutputBytes } from '../actors/run/room';
import { boundedJson } from '../actors/core/bounded-json';

const heartbeatMs = 2000;

type Without<R, K extends PropertyKey> = R extends unknown ? Omit<R, K> : never;
export type Outcome = Without<StepResult, 'durationMs' | 'tries' | 'notifications'>;

/** What is known of a step once it may begin. */
export interface StepAtWork {
  action: Action;
  input: unknown;
  effect: ActionEffect;
  /** The context of one call of the action's parts, limited by that signal. */
  contextWith(this: void, signal: AbortSignal): ActionContext;
  /** An output as it goes into the record. */
  recorded(this: void, output: unknown): unknown;
}

/**
 * Does work for a step with all that belongs around it: heartbeats, input, policy, locks, log, redaction and time.
 * @throws the reason of `info.signal` only; whatever else goes wrong is in the result
 */
export async function atWork(
  action: Action | undefined,
  order: Pick<StepOrder, 'runId' | 'path' | 'action' | 'with' | 'held' | 'runbook' | 'attempt'>,
  info: TryInfo,
  ports: StepPorts,
  work: (step: StepAtWork) => Promise<Outcome>,
): Promise<StepResult> {
  info.signal.throwIfAborted();
  const began = performance.now();
  const beat = setInterval(() => info.heartbeat(), heartbeatMs);
  const redactor = new Redactor();
  const io = new StepIo(ports.logs, order, redactor);
  const recorded = (output: unknown): unknown =>
    boundedJson(
      withoutReferences(redactor.json(action ? redactMarked(action.output, output) : output)),
      mostOutputBytes,
    );
  const outcome = await begin(action, order, info, ports, io, redactor, recorded, work)
    .catch((error: unknown): Outcome => {
      info.signal.throwIfAborted();
      return failure(error, redactor, recorded);
    })
    .finally(async () => {
      clearInterval(beat);
      await io.close().catch((error: unknown) => ports.onError(error, 'log of a step'));
    });
  const durationMs = Math.round(performance.now() - began);
  return { ...outcome, durationMs, tries: info.tries, notifications: io.notifications };
}

async function begin(
  action: Action | undefined,
  order: Pick<StepOrder, 'runId' | 'path' | 'action' | 'with' | 'held' | 'runbook'>,
  { signal }: TryInfo,
  ports: StepPorts,
  io: StepIo,
  redactor: Redactor,
  recorded: StepAtWork['recorded'],
  work: (step: StepAtWork) => Promise<Outcome>,
): Promise<Outcome> {
  if (!action) throw new ActionError('unknown_action', `there is no action ${order.action}`);
  const { input, secrets } = await preparedInput(action, order.with, ports.secrets);
  redactor.learn(...secrets);
  const effect = effectOf<ActionEffect>(action, input);
  const veto = await ports.policy({ runbook: order.runbook, action: action.name, effect, targets: order.held });
  if (veto) return { status: 'vetoed', code: veto.code, reason: veto.reason };
  const plain = { settings: ports.settings, runId: order.runId, idempotencyKey: idempotencyKey(order) };
  const keys = (await action.locks?.(input, { ...plain, signal })) ?? [];
  const { log, capture, notify } = io;
  return underLocks(ports, { keys, held: order.held, owner: { run: order.runId, path: order.path } }, () =>
    work({
      action,
      input,
      effect,
      contextWith: (limited) => ({ ...plain, signal: limited, log, capture, notify }),
      recorded,
    }),
  );
}

function failure(error: unknown, redactor: Redactor, recorded: StepAtWork['recorded']): Outcome {
  const { code, message } = stepError(error);
  const known = error instanceof ActionError && error.output !== undefined;
  const output = known ? { output: recorded(error.output) } : {};
  return { status: 'failed', error: { code, message: redactor.text(message) }, ...output };
}
