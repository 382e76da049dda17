import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { jsonBytes } from '../actors/core/json-size';
import type { RunOutcome } from '../actors/run/events';
import { mostOutputBytes } from '../actors/run/room';
import type { StepError } from '../actors/run/step-state';
import { render } from '../actors/runbook/expressions';
import { concurrencyKey } from '../actors/target/key';
import { failureOf, StepFailure } from './run-failure';
import { outermost } from './run-frame';
import type { RunHost } from './run-host';
import { takeBack } from './run-undo';
import { msOf } from './run-values';
import { Walker, withDeadline } from './run-walker';

interface Ending {
  outcome: RunOutcome;
  error: StepError | null;
}

/** A run from its beginning, or from where its history was cut, to its end. */
export async function conduct(host: RunHost): Promise<void> {
  const walker = new Walker(host);
  const { ending } = host.state;
  const end: Ending = ending ? { outcome: ending, error: host.state.error } : await forward(walker);
  const undone = await backward(walker, end);
  await release(host, end.outcome);
  const { error, outcome } = end;
  const began = host.state.startedAt;
  host.record({
    type: 'RunEnded',
    data: {
      outcome,
      durationMs: began === null ? 0 : Date.now() - Date.parse(began),
      ...(error ? { error } : {}),
      ...(outcome === 'succeeded' ? output(walker) : {}),
      ...(undone === null ? {} : { undone }),
      ...(host.state.vetoedUntil === null ? {} : { until: host.state.vetoedUntil }),
    },
  });
}

async function forward(walker: Walker): Promise<Ending> {
  const { host } = walker;
  const scope = new CancellationScope();
  const due = (): boolean => host.state.cancel !== null && (!host.state.cancel.pending || host.active === 0);
  const watching = condition(due).then(() => scope.cancel());
  try {
    return await scope.run(() => through(walker));
  } catch (error) {
    if (!isCancellation(error)) return { outcome: 'failed', error: failureOf(error).error };
    await watching;
    return { outcome: 'cancelled', error: null };
  }
}

async function through(walker: Walker): Promise<Ending> {
  const { host } = walker;
  const { document } = host.config;
  if (host.state.phase === 'starting' && !(await admitted(host))) return { outcome: 'vetoed', error: host.state.error };
  if (host.state.phase === 'running') {
    const walk = (): Promise<void> => walker.walk(document.steps, outermost);
    if (document.timeout === undefined) await walk();
    else {
      const limit = msOf(document.timeout, walker.scope(outermost));
      const rest = Date.parse(host.state.startedAt ?? '') + limit - Date.now();
      await withDeadline(Math.max(1, rest), walk, `the run took longer than ${limit / 1000} s`);
    }
  }
  return verified(walker);
}

/** Takes the locks of all targets, in one order for all runs so that no two wait for each other. */
async function admitted(host: RunHost): Promise<boolean> {
  const { veto, targets, concurrency, guards } = host.config;
  if (veto) {
    host.record({ type: 'RunVetoed', data: veto });
    return false;
  }
  const slots = concurrency ? { [concurrencyKey(concurrency.group)]: concurrency.limit } : {};
  const wanted = [...new Set([...Object.keys(slots), ...targets])].sort();
  const held = (key: string): boolean =>
    host.state.targets.some((target) => target.key === key && target.status === 'held');
  for (;;) {
    const missing = wanted.filter((key) => !held(key));
    if (missing.length === 0 || host.state.error) break;
    const asked = missing.map((key) => ({
      key,
      ...(slots[key] === undefined ? {} : groupAs(slots[key], concurrency)),
    }));
    for (const { key, agent, status, holders, veto: refused } of await host.admit({ targets: asked, guards })) {
      if (status === 'held' && !held(key)) host.record({ type: 'TargetAcquired', data: { key, agent } });
      if (status === 'vetoed' && refused) host.record({ type: 'RunVetoed', data: refused });
      if (status !== 'queued' || held(key)) continue;
      host.record({ type: 'TargetQueued', data: { key, agent, holders } });
      await condition(() => held(key) || host.state.error !== null);
    }
  }
  if (host.state.error) return false;
  host.record({ type: 'RunStarted', data: {} });
  return true;
}

function groupAs(slots: number, concurrency: RunHost['config']['concurrency']): { slots: number; supersede?: true } {
  return { slots, ...(concurrency?.queue === 'latest' ? { supersede: true } : {}) };
}

/** Whether it helped is known some time after it was done. */
async function verified(walker: Walker): Promise<Ending> {
  const { host } = walker;
  const { verify } = host.config.document;
  if (!verify) return { outcome: 'succeeded', error: null };
  if (host.state.phase !== 'verifying') {
    const settleMs = msOf(verify.settle ?? 0, walker.scope(outermost));
    host.record({ type: 'VerifyStarted', data: { settleMs } });
  }
  try {
    const rest = Date.parse(host.state.settledAt ?? '') - Date.now();
    if (rest > 0) await condition(() => false, rest);
    await walker.walk(verify.steps, outermost);
    return { outcome: 'succeeded', error: null };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { code, message } = failureOf(error);
    const reason = `every step was done, and it did not help: ${message}`;
    host.record({ type: 'RunEscalated', data: { code: 'ineffective', reason } });
    return { outcome: 'ineffective', error: { code, message } };
  }
}

/** @returns null where nothing was to be taken back */
async function backward(walker: Walker, { outcome, error }: Ending): Promise<boolean | null> {
  const { cancel, ending } = walker.host.state;
  const wanted = outcome === 'cancelled' ? cancel?.undo : walker.host.config.document.on_failure === 'undo';
  const failed = outcome === 'failed' || outcome === 'cancelled';
  if (ending === null && !(failed && wanted)) return null;
  return takeBack(walker, outcome, error);
}

async function release(host: RunHost, outcome: RunOutcome): Promise<void> {
  const { targets, concurrency } = host.config;
  const keys = [...targets, ...(concurrency ? [concurrencyKey(concurrency.group)] : [])];
  // Also those of steps, which may have been in line somewhere.
  const queued = Object.values(host.state.steps).flatMap(({ waitedFor }) => waitedFor ?? []);
  const all = [...new Set([...keys, ...queued])];
  if (all.length > 0 && !host.config.veto) await host.release({ keys: all, outcome });
}

function output(walker: Walker): { output?: unknown } {
  const template = walker.host.config.document.output;
  if (!template) return {};
  try {
    const rendered = render(template, walker.scope(outermost));
    if (jsonBytes(rendered) <= mostOutputBytes) return { output: rendered };
    return { output: { error: { code: 'output_too_large', message: `it is larger than ${mostOutputBytes} bytes` } } };
  } catch (error) {
    // A run that has done its work does not fail over what it says of it.
    if (!(failureOf(error) instanceof StepFailure)) throw error;
    return { output: { error: failureOf(error).error } };
  }
}
