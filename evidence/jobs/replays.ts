import type { Pool } from 'pg';
import type { EncryptionKey } from '../../infra/encryption-keys';
import { readBundle, type RawHistory } from '../../projections/queries/evidence-histories';
import { sha256Of } from '../../temporal/history-facts';
import { Replayer, type Replayed } from '../../temporal/replay';
import { evidenceReplay } from '../../workflows/messages';
import { messageOf } from './run-evidence';

/** Why a run can't be replayed, although nothing shows that its records are wrong. */
export class NotReplayable extends Error {
  readonly code = 'not_replayable';
}

/** Replays runs on the bundles that ran them; the last bundle stays loaded. */
export class Replays implements AsyncDisposable {
  private loaded: { sha256: string; replayer: Replayer } | null = null;

  constructor(
    private readonly pool: Pool,
    private readonly keys: readonly EncryptionKey[],
  ) {}

  /** @throws NotReplayable, or the reason of the signal */
  async replay(run: RawHistory, history: Uint8Array, signal: AbortSignal): Promise<Replayed> {
    const replayer = await this.load(run);
    try {
      return await replayer.replay({ workflowId: run.workflowId, runId: run.runId, history }, signal);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw new NotReplayable(`run ${run.runId} could not be replayed: ${messageOf(error)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { loaded } = this;
    this.loaded = null;
    await loaded?.replayer[Symbol.asyncDispose]();
  }

  private async load({ runId, bundleSha256, buildId }: RawHistory): Promise<Replayer> {
    if (this.loaded && this.loaded.sha256 === bundleSha256) return this.loaded.replayer;
    await this[Symbol.asyncDispose]();
    const bundle = bundleSha256 === null ? null : await readBundle(this.pool, bundleSha256);
    if (!bundle || bundleSha256 === null) {
      throw new NotReplayable(`the code of build ${buildId || 'unknown'}, which ran run ${runId}, is not kept`);
    }
    if (sha256Of(bundle.code) !== bundleSha256) {
      throw new NotReplayable(`the code of build ${buildId} was altered after it was kept`);
    }
    const code = bundle.code.toString('utf8');
    if (!code.includes(evidenceReplay)) {
      throw new NotReplayable(`the code of build ${buildId} is of a release that says nothing when it is replayed`);
    }
    this.loaded = { sha256: bundleSha256, replayer: new Replayer(code, this.keys) };
    return this.loaded.replayer;
  }
}
