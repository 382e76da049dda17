import { setTimeout as delay } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { Worker, type InjectedSinks, type ReplayResult, type ReplayWorkerOptions } from '@temporalio/worker';
import type { EncryptionKey } from '../infra/encryption-keys';
import { evidenceReplay, type EvidenceSinks, type RecordMark } from '../workflows/messages';
import { EncryptionCodec } from './codec/encryption-codec';

/** One run takes some 3 ms for each of its tasks; one that takes longer than this is stuck. */
const longestMs = 5 * 60_000;

/** One run's raw history as it was archived. */
export interface ArchivedRun {
  workflowId: string;
  runId: string;
  /** `temporal.api.history.v1.History` as protobuf. */
  history: Uint8Array;
}

/** What the code recorded when a run was replayed. */
export interface Replayed {
  /** In their order. */
  records: RecordMark[];
  /** Hash of the agent as it stood when its workflow ended; null where the run did not end it. */
  ended: string | null;
  /** Why it could not be replayed to its end: its code does something else than what the history tells. Null where it could. */
  failure: string | null;
}

type Histories = AsyncGenerator<{ history: temporal.api.history.v1.IHistory; workflowId: string }>;

/**
 * Replays archived runs on the code that ran them, without a server, one after the other, giving way to the rest of the
 * process after each task. What a bundle has cost to load serves all runs that it ran: keep one for as long as such runs come.
 */
export class Replayer implements AsyncDisposable {
  private records: RecordMark[] = [];
  private endHash: string | null = null;
  private readonly results: AsyncIterableIterator<ReplayResult>;
  private hand: (run: ArchivedRun | null) => void = () => undefined;
  private next: Promise<ArchivedRun | null>;

  /** @param code of the archived workflow bundle @param keys by which payloads may be encrypted */
  constructor(code: string, keys: readonly EncryptionKey[]) {
    this.next = this.expect();
    this.results = Worker.runReplayHistories(this.options(code, keys), this.histories());
  }

  /**
   * @param signal aborts it; the replayer is to be closed then
   * @throws where the history can't be read, a payload of it can't be decrypted, or it takes too long
   */
  async replay(run: ArchivedRun, signal: AbortSignal): Promise<Replayed> {
    signal.throwIfAborted();
    [this.records, this.endHash] = [[], null];
    this.hand(run);
    const stop = new AbortController();
    const late = delay(longestMs, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).then(() => {
      throw new Error(`replaying run ${run.runId} took longer than ${longestMs / 1000} s`);
    });
    const result = await Promise.race([this.results.next(), late]).finally(() => {
      late.catch(() => undefined);
      stop.abort();
    });
    if (result.done) throw new Error(`run ${run.runId} was not replayed`);
    const { error } = result.value;
    return { records: this.records, ended: this.endHash, failure: error ? error.message : null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hand(null);
    await this.results.return?.();
  }

  private options(code: string, keys: readonly EncryptionKey[]): ReplayWorkerOptions {
    const sinks: InjectedSinks<EvidenceSinks> = {
      evidence: {
        recorded: { fn: (_, marks) => void this.records.push(...marks), callDuringReplay: true },
        ended: { fn: (_, hash) => void (this.endHash = hash), callDuringReplay: true },
      },
    };
    return {
      workflowBundle: { code },
      dataConverter: { payloadCodecs: [new EncryptionCodec(keys)] },
      replayName: evidenceReplay,
      sinks,
    };
  }

  private async *histories(): Histories {
    for (let run = await this.next; run; run = await this.next) {
      this.next = this.expect();
      yield { history: temporal.api.history.v1.History.decode(run.history), workflowId: run.workflowId };
    }
  }

  private expect(): Promise<ArchivedRun | null> {
    return new Promise((resolve) => (this.hand = resolve));
  }
}
