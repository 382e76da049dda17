import {
  ActivityCancellationType,
  condition,
  proxyActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Carried, CarriedBack, PlanActivities, RunActivities } from '../activities/run-activities';
import { boundedJson } from '../actors/core/bounded-json';
import { mostRecordsBytes } from '../actors/core/limits';
import type { RunConfig } from '../actors/run/config';
import type { RunEvent } from '../actors/run/events';
import { hasRoom, outputRoom } from '../actors/run/room';
import type { RunState } from '../actors/run/state';
import type { AgentShell } from './agent-shell';
import { StepFailure } from './run-failure';

/** How many records may wait for the broker before a run begins no further step. */
const mostWaiting = 1000;
/** Above that the history is cut, as soon as nothing is under way. */
const longHistory = 2000;
/** Most records that one activity takes with it. */
const mostCarried = 200;

const lasting: ActivityOptions = {
  startToCloseTimeout: '8 days',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};
const brief: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '300ms', backoffCoefficient: 1.5, maximumInterval: '3s' },
};

const { perform, undo } = proxyActivities<RunActivities>(lasting);
const { admit, release, launchChild, cancelRun, publishRecords } = proxyActivities<RunActivities>(brief);
const { planStep } = proxyActivities<PlanActivities>({
  startToCloseTimeout: '15 minutes',
  retry: { initialInterval: '300ms', maximumInterval: '5s' },
});

type Ask<T, R> = (input: T & Carried) => Promise<CarriedBack<R>>;

/**
 * What the steps of a run stand on: its state, its records, and its activities. Whatever activity is ordered takes the
 * records along that nobody has confirmed, so publishing costs no history of its own: an activity begins after the task that
 * ordered it is in the history, so what it publishes has happened (docs/adr/0006).
 */
export class RunHost {
  /** Activities under way. */
  active = 0;
  /** How many of them have records with them that are not known to be published yet. */
  private carriers = new Map<object, number>();
  private ordering = false;

  /** Goes along with its activities, and to its next run. */
  readonly trace: { traceparent?: string };

  /** @param traceparent of whoever launched it */
  constructor(
    private readonly shell: AgentShell,
    traceparent: string | undefined,
  ) {
    this.trace = traceparent === undefined ? {} : { traceparent };
  }

  get id(): string {
    return this.shell.id;
  }

  get state(): RunState {
    return this.shell.inner.state as RunState;
  }

  get config(): RunConfig {
    return this.shell.inner.config as RunConfig;
  }

  record(...events: RunEvent[]): void {
    this.shell.record(...events);
  }

  /** Whether a step may have been done by a worker that was lost with its history; asked once. */
  takeUnsure(path: string): boolean {
    return this.shell.unsure.delete(path);
  }

  perform = this.carrying(perform);
  undo = this.carrying(undo);
  admit = this.carrying(admit);
  release = this.carrying(release);
  launchChild = this.carrying(launchChild);
  cancelRun = this.counted(cancelRun);
  planStep = this.counted(planStep);

  /** Before each step: waits while the run is paused, while too much waits for the broker, and while the history is cut. */
  async gate(): Promise<void> {
    const closed = (): boolean => this.state.pausedBy !== null || this.backlogged || this.continueDue;
    if (closed()) await condition(() => !closed());
  }

  /** More waits for the broker than can be carried on. */
  get backlogged(): boolean {
    return this.shell.pending.length > mostWaiting || this.shell.pendingBytes > mostRecordsBytes;
  }

  /** @param taken by what is about to be recorded @throws StepFailure `run_too_large` where no further step may begin */
  checkRoom(taken = 0): void {
    if (hasRoom(this.state, taken)) return;
    throw new StepFailure('run_too_large', 'its steps and what they left behind are more than one run can hold');
  }

  /** An output as it can be kept: the more the run holds, the less of it. */
  bounded(output: unknown): unknown {
    return output === undefined ? undefined : boundedJson(output, outputRoom(this.state));
  }

  get continueDue(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength > longHistory || this.shell.renewing;
  }

  /** Whether everything that it had to say is said. */
  get said(): boolean {
    const { pending, effects, dirty } = this.shell;
    return this.state.phase === 'ended' && pending.length === 0 && effects.length === 0 && !dirty;
  }

  /** An activity that goes on says that its records are published. */
  delivered(published: number, checkpointed = 0): void {
    this.shell.delivered({ published, checkpointed });
    for (const [key, last] of this.carriers) if (last <= published) this.carriers.delete(key);
  }

  /** Publishes what no activity has taken along, for as long as it takes. */
  async keepPublished(): Promise<never> {
    for (;;) {
      await condition(() => this.shell.pending.length > 0 && this.carriers.size === 0);
      // What has just happened may be about to order an activity, which takes the records along.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      if (this.carriers.size > 0) continue;
      const records = this.shell.load(mostCarried);
      if (records.length === 0) continue;
      const last = this.state.phase === 'ended' ? { checkpoint: this.shell.snapshot() } : {};
      const { published, checkpointed } = await publishRecords({ ...this.trace, agentId: this.id, records, ...last });
      this.delivered(published, checkpointed);
    }
  }

  private counted<T, R>(call: (input: T) => Promise<R>): (input: T) => Promise<R> {
    return async (input) => {
      this.active += 1;
      try {
        return await call(input);
      } finally {
        this.active -= 1;
      }
    };
  }

  /**
   * Activities that are ordered at the same time share one load: the first of them takes it, a moment later, when all of
   * them have recorded what they begin.
   */
  private carrying<T, R>(call: Ask<T, R>): (input: T) => Promise<R> {
    const counted = this.counted(call);
    return async (input) => {
      const key = {};
      const first = !this.ordering;
      this.ordering = true;
      this.active += 1;
      await Promise.resolve();
      this.active -= 1;
      if (first) this.ordering = false;
      const records = first ? this.shell.load(mostCarried) : [];
      const last = records.at(-1)?.sequence;
      if (last !== undefined) this.carriers.set(key, last);
      try {
        const { published, result } = await counted({ ...input, ...this.trace, agentId: this.id, records });
        this.delivered(published);
        return result;
      } finally {
        this.carriers.delete(key);
      }
    };
  }
}
