import { ApplicationFailure, Context } from '@temporalio/activity';
import type { EventRecord } from '../actors/core/event';
import type { Guards, LaunchRequest } from '../actors/core/launch';
import type { PlannedStep, StepOrder, StepResult, UndoOrder } from './actions/order';
import type { StepRunner } from './perform';
import type { PlanOrder, StepPlanner } from './plan-step';
import type { CheckpointStore, Launches, Publisher, RunSignals, Targets } from './ports';

/** What every activity of a run takes with it: records that nobody has confirmed yet, to be published along the way. */
export interface Carried {
  agentId: string;
  records: EventRecord[];
  /** Of whoever launched the run. */
  traceparent?: string;
}

/** `published`: sequence of the last of its records that was acked; 0 where none was. */
export interface CarriedBack<T> {
  published: number;
  result: T;
}

export interface Admission {
  key: string;
  agent: string;
  status: 'held' | 'queued' | 'vetoed';
  holders: string[];
  veto?: { code: string; reason: string; until?: string };
}

export interface RunActivities {
  perform(input: Carried & { order: StepOrder }): Promise<CarriedBack<StepResult>>;
  undo(input: Carried & { order: UndoOrder }): Promise<CarriedBack<StepResult>>;
  /** Takes locks in the order given, and stops at the first that is not to be had at once. */
  admit(
    input: Carried & { targets: { key: string; slots?: number; supersede?: boolean }[]; guards: Guards },
  ): Promise<CarriedBack<Admission[]>>;
  /** Gives back all that the run holds or waits for. */
  release(input: Carried & { keys: string[]; outcome: string }): Promise<CarriedBack<null>>;
  /** Begins the run that a step waits for. */
  launchChild(
    input: Carried & { request: LaunchRequest },
  ): Promise<CarriedBack<{ id: string } | { error: { code: string; message: string } }>>;
  cancelRun(input: { id: string; undo: boolean; commandId: string }): Promise<void>;
  /**
   * Publishes, and mirrors the state where one is given; a mirror that fails is tried again elsewhere.
   * @throws where the broker does not take the first of them; Temporal tries again for ever
   */
  publishRecords(
    input: Carried & { checkpoint?: { sequence: number } },
  ): Promise<{ published: number; checkpointed: number }>;
}

export interface PlanActivities {
  planStep(order: PlanOrder): Promise<PlannedStep>;
}

export interface LaunchActivities {
  /** @throws what stands in the way, not to be tried again where that is the request itself */
  launchRun(request: LaunchRequest): Promise<string>;
}

/** After how long an activity that still runs tells its run that its records are published, in ms. */
const tellAfterMs = 1000;

/** A dry-run is given these, and these only. */
export function planActivities(planner: StepPlanner): PlanActivities {
  return { planStep: (order) => planner.plan(order, Context.current().cancellationSignal) };
}

export function launchActivities(launches: Launches): LaunchActivities {
  return {
    async launchRun(request) {
      const launched = await launches.launch(request);
      if ('error' in launched) {
        throw ApplicationFailure.nonRetryable(launched.error.message, launched.error.code);
      }
      return launched.id;
    },
  };
}

export function runActivities(ports: {
  runner: StepRunner;
  publisher: Publisher;
  checkpoints: CheckpointStore;
  targets: Targets;
  launches: Launches;
  signals: RunSignals;
  onError: (error: unknown, what: string) => void;
}): RunActivities {
  /** Publishes what was carried while the work is done. Only what the history holds is carried, so nothing of it is a phantom. */
  async function carrying<T>({ agentId, records }: Carried, work: () => Promise<T>): Promise<CarriedBack<T>> {
    const [first] = records;
    if (!first) return { published: 0, result: await work() };
    let working = true;
    const publishing = ports.publisher.publish(records, first.sequence - 1).catch((error: unknown) => {
      ports.onError(error, 'publish');
      return 0;
    });
    const telling = publishing.then(async (published) => {
      await new Promise((resolve) => setTimeout(resolve, tellAfterMs).unref());
      if (working) await ports.signals.delivered(agentId, published);
    });
    telling.catch((error: unknown) => ports.onError(error, 'delivered'));
    try {
      const result = await work();
      return { published: await publishing, result };
    } finally {
      working = false;
    }
  }

  const info = () => {
    const context = Context.current();
    const heartbeat = (): void => context.heartbeat();
    return { tries: context.info.attempt, signal: context.cancellationSignal, heartbeat };
  };

  return {
    perform: ({ order, ...carried }) => carrying(carried, () => ports.runner.perform(order, info())),
    undo: ({ order, ...carried }) => carrying(carried, () => ports.runner.undo(order, info())),

    admit: ({ targets, guards, ...carried }) =>
      carrying(carried, async () => {
        const admissions: Admission[] = [];
        for (const target of targets) {
          const one = await ports.targets.acquire({ ...target, owner: carried.agentId, guards });
          admissions.push({ ...one, key: target.key });
          if (one.status !== 'held') break;
        }
        return admissions;
      }),

    release: ({ keys, outcome, ...carried }) =>
      carrying(carried, async () => {
        for (const key of keys) await ports.targets.release({ key, owner: carried.agentId, outcome });
        return null;
      }),

    launchChild: ({ request, ...carried }) => carrying(carried, () => ports.launches.launch(request)),
    cancelRun: ({ id, undo, commandId }) => ports.launches.cancel(id, undo, commandId),

    async publishRecords({ agentId, records, checkpoint }) {
      const before = (records[0]?.sequence ?? 1) - 1;
      const published = await ports.publisher.publish(records, before);
      if (published === before) throw new Error(`the broker did not take event ${before + 1}`);
      if (!checkpoint) return { published, checkpointed: 0 };
      try {
        await ports.checkpoints.put(agentId, checkpoint.sequence, checkpoint);
        return { published, checkpointed: checkpoint.sequence };
      } catch (error) {
        ports.onError(error, 'checkpoint');
        return { published, checkpointed: 0 };
      }
    },
  };
}
