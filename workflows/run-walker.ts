import { CancellationScope, CancelledFailure, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { Retry, Step } from '../actors/runbook/document';
import { holds, type Scope } from '../actors/runbook/expressions';
import type { StepError } from '../actors/run/step-state';
import { approve } from './run-approval';
import { doAction, runChild } from './run-steps';
import { failureOf, StepFailure } from './run-failure';
import { isDone, itemFrame, scopeOf, type Frame } from './run-frame';
import type { RunHost } from './run-host';
import { itemsOf } from './rehearsal';
import { countOf, msOf, timeOf } from './run-values';

/**
 * Walks the steps of a runbook. What is done is in the run's state, so a walk may begin again at the top at any time, after the
 * history was cut or in a run that continues another: it passes over what is done and goes on from there.
 */
export class Walker {
  constructor(readonly host: RunHost) {}

  /** @throws StepFailure of the first that fails, or a cancellation */
  async walk(steps: Step[], frame: Frame): Promise<void> {
    for (const step of steps) await this.step(step, frame);
  }

  scope(frame: Frame): Scope {
    return scopeOf(this.host.id, this.host.config, this.host.state.steps, frame);
  }

  skipped(path: string): boolean {
    return this.host.state.steps[path]?.status === 'skipped';
  }

  private async step(step: Step, frame: Frame): Promise<void> {
    const { host } = this;
    const path = frame.prefix + step.id;
    await host.gate();
    if (CancellationScope.current().consideredCancelled || host.state.cancel?.pending) {
      throw new CancelledFailure('the run is cancelled');
    }
    if (isDone(host.state.steps[path])) return;
    const unwanted = host.config.lineage?.skip[path];
    host.checkRoom();
    if (unwanted !== undefined) return host.record({ type: 'StepSkipped', data: { path, reason: unwanted } });
    for (;;) {
      try {
        if (await this.resumed(path)) return;
        if (!this.reached(step, path, frame)) return;
        await this.limited(step, path, frame, () => this.body(step, path, frame));
        return;
      } catch (error) {
        if (await this.settled(error, step, path, frame)) return;
      }
    }
  }

  /** A step that was waiting when the walk began anew goes on waiting. @returns whether it is done with */
  private async resumed(path: string): Promise<boolean> {
    const known = this.host.state.steps[path];
    if (known?.status === 'retrying') await this.pause(path, known.until ?? '');
    if (known?.status === 'blocked') await this.decision(path);
    return this.skipped(path);
  }

  private reached(step: Step, path: string, frame: Frame): boolean {
    if (step.if === undefined || this.host.state.steps[path]) return true;
    if (holds(step.if, this.scope(frame))) return true;
    this.host.record({ type: 'StepSkipped', data: { path, reason: 'its condition does not hold' } });
    return false;
  }

  private async body(step: Step, path: string, frame: Frame): Promise<void> {
    if (step.action !== undefined) return doAction(this, step, path, frame);
    const began = this.begin(path);
    if (step.run !== undefined) return runChild(this, step, path, frame);
    let output: unknown;
    if (step.wait !== undefined) await this.wait(path, step.wait, frame);
    else if (step.approval) await approve(this, step, path, frame);
    else if (step.foreach) output = await this.foreach(step, frame);
    else if (step.parallel) await this.parallel(step.parallel, frame);
    else await this.walk(step.steps ?? [], frame);
    if (this.skipped(path)) return;
    const durationMs = Date.now() - began;
    this.host.record({ type: 'StepSucceeded', data: { path, durationMs, ...(output ? { output } : {}) } });
  }

  /** A block is begun once, however often the walk comes by. @returns when it began, epoch ms */
  private begin(path: string): number {
    const known = this.host.state.steps[path];
    if (known && known.status !== 'retrying' && known.status !== 'blocked') return Date.parse(known.startedAt);
    this.host.record({ type: 'StepStarted', data: { path, attempt: (known?.attempt ?? 0) + 1 } });
    return Date.now();
  }

  private async wait(path: string, wait: NonNullable<Step['wait']>, frame: Frame): Promise<void> {
    let { until } = this.host.state.steps[path] ?? {};
    if (until === undefined) {
      const scope = this.scope(frame);
      until = new Date(
        typeof wait === 'object' ? timeOf(wait.until, scope) : Date.now() + msOf(wait, scope),
      ).toISOString();
      this.host.record({ type: 'WaitStarted', data: { path, until } });
    }
    await this.pause(path, until);
  }

  /** Until a time, or until somebody skips the step. */
  private async pause(path: string, until: string): Promise<void> {
    const rest = Date.parse(until) - Date.now();
    if (rest > 0) await condition(() => this.skipped(path), rest);
  }

  /** Branches that are under way end before the first failure counts. */
  private async parallel(steps: Step[], frame: Frame): Promise<void> {
    const results = await Promise.allSettled(steps.map((step) => this.walk([step], frame)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async foreach(step: Step, frame: Frame): Promise<unknown> {
    const scope = this.scope(frame);
    const items = itemsOf(step, scope);
    const most = Math.max(1, countOf(step.foreach?.max_parallel ?? 1, scope));
    const tolerated = countOf(step.foreach?.max_failures ?? 0, scope);
    const outcomes: ItemOutcome[] = [];
    let next = 0;
    let failures = 0;
    const worker = async (): Promise<void> => {
      while (next < items.length && failures <= tolerated) {
        const index = next;
        next += 1;
        try {
          await this.walk(step.steps ?? [], itemFrame(frame, step.id, items[index], index));
          outcomes[index] = { item: items[index], status: 'succeeded' };
        } catch (error) {
          outcomes[index] = { item: items[index], status: 'failed', error: failureOf(error).error };
          failures += 1;
        }
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
    const cut = workers.find((result) => result.status === 'rejected');
    if (cut) throw cut.reason;
    if (failures > tolerated) {
      const message = `${failures} of ${items.length} failed, ${tolerated} may; ${items.length - next} were not begun`;
      throw new StepFailure('failure_threshold', message, this.host.bounded(outcomes));
    }
    return this.host.bounded(outcomes);
  }

  /** Holds a block to its time; what is under way in it is ended then. An action keeps its own time. */
  private async limited(step: Step, path: string, frame: Frame, work: () => Promise<void>): Promise<void> {
    if (step.timeout === undefined || step.action !== undefined || step.approval) return work();
    const begun = this.host.state.steps[path]?.startedAt;
    const limit = msOf(step.timeout, this.scope(frame));
    const rest = Math.max(1, limit - (begun === undefined ? 0 : Date.now() - Date.parse(begun)));
    await withDeadline(rest, work, `it took longer than ${limit / 1000} s`);
  }

  /**
   * After a failure: tries again, blames nobody, or asks a person.
   * @returns true where the run goes on behind the step, false where the step is tried again
   * @throws the failure where it counts
   */
  private async settled(error: unknown, step: Step, path: string, frame: Frame): Promise<boolean> {
    if (isCancellation(error)) {
      this.ended(path, { code: 'cancelled', message: 'it was under way when it was cancelled' });
      throw error;
    }
    const failure = failureOf(error);
    const at = this.retryAt(failure, step.retry, path, frame);
    if (at !== null) {
      const attempt = (this.host.state.steps[path]?.attempt ?? 1) + 1;
      this.host.record({ type: 'StepRetryScheduled', data: { path, attempt, at, error: failure.error } });
      return false;
    }
    const durationMs = Date.now() - Date.parse(this.host.state.steps[path]?.startedAt ?? new Date().toISOString());
    const output = failure.output === undefined ? {} : { output: failure.output };
    this.host.record({ type: 'StepFailed', data: { path, error: failure.error, durationMs, ...output } });
    if (step.continue_on_error) return true;
    const leaf = step.action !== undefined || step.run !== undefined;
    if (this.host.config.document.on_failure !== 'ask' || !leaf) throw failure;
    this.host.record({ type: 'StepBlocked', data: { path, error: failure.error } });
    return false;
  }

  /** So that nothing that has ended is shown as running. */
  private ended(path: string, error: StepError): void {
    const known = this.host.state.steps[path];
    if (!known || !['running', 'waiting', 'retrying', 'blocked'].includes(known.status)) return;
    this.host.record({
      type: 'StepFailed',
      data: { path, error, durationMs: Date.now() - Date.parse(known.startedAt) },
    });
  }

  private retryAt(failure: StepFailure, retry: Retry | undefined, path: string, frame: Frame): string | null {
    // Nobody knows whether it was done; once more could do it twice.
    if (!retry || ['outcome_unknown', 'vetoed', 'denied'].includes(failure.code)) return null;
    const scope = this.scope(frame);
    const attempt = this.host.state.steps[path]?.attempt ?? 1;
    if (attempt >= countOf(retry.attempts, scope)) return null;
    const pause = msOf(retry.backoff ?? 1, scope) * (retry.factor ?? 2) ** (attempt - 1);
    return new Date(Date.now() + Math.min(pause, msOf(retry.max_backoff ?? '1h', scope))).toISOString();
  }

  private async decision(path: string): Promise<void> {
    await condition(() => this.skipped(path) || this.host.state.steps[path]?.retryRequested === true);
  }
}

interface ItemOutcome {
  item?: unknown;
  status: string;
  error?: StepError;
}

/** @throws StepFailure `timeout` once the work has ended */
export async function withDeadline<T>(ms: number, work: () => Promise<T>, message: string): Promise<T> {
  const scope = new CancellationScope();
  let late = false;
  const timer = new CancellationScope();
  const alarm = timer
    .run(() => sleep(ms))
    .then(
      () => {
        late = true;
        scope.cancel();
      },
      () => undefined,
    );
  try {
    return await scope.run(work);
  } catch (error) {
    if (late && isCancellation(error)) throw new StepFailure('timeout', message);
    throw error;
  } finally {
    timer.cancel();
    await alarm;
  }
}
