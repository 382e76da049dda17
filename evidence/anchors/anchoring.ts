import type { Pool } from 'pg';
import { sha256Hex } from '../../actors/core/canonical';
import type { Logger } from '../../infra/logger';
import type { KeeperMetrics } from '../../infra/metrics/keeper';
import { withSessionLock } from '../../infra/postgres/session-lock';
import { noteAnchored, noteAnchorFault, openAnchor } from '../../projections/queries/evidence-anchors';
import { checkpointsAfter, newestCheckpoint } from '../../projections/queries/evidence-checkpoints';
import type { Place } from './place';

/** Any number that all of Ymera's processes agree on, and those after it: one keeper at a time for each place. */
const firstLockId = 7_941_310;
const batchSize = 100;
const firstPauseMs = 1_000;
const longestPauseMs = 300_000;
const places = ['file', 'git', 'webhook'] as const;

/** Copies all checkpoints to one place outside, in their order: none is skipped, whatever fails meanwhile. */
export class Anchoring {
  private pauseMs = firstPauseMs;
  private notBefore = 0;
  private failing = false;

  constructor(
    private readonly pool: Pool,
    private readonly place: Place,
    private readonly logger: Logger,
    private readonly metrics: Pick<KeeperMetrics, 'anchorLag'>,
  ) {}

  /** @throws the error of Postgres; what the place refuses is noted and tried again, later each time */
  async round(signal: AbortSignal): Promise<void> {
    if (Date.now() < this.notBefore) return;
    const { name, target } = this.place;
    await withSessionLock(this.pool, firstLockId + places.indexOf(name), async () => {
      let done = await openAnchor(this.pool, name, sha256Hex(target));
      for (let more = true; more && !signal.aborted;) {
        const checkpoints = await checkpointsAfter(this.pool, done, batchSize);
        const last = checkpoints.at(-1);
        if (!last || !(await this.put(checkpoints, signal))) break;
        done = last.number;
        more = checkpoints.length === batchSize;
      }
      this.metrics.anchorLag.set({ anchor: name }, ((await newestCheckpoint(this.pool))?.number ?? 0) - done);
    });
  }

  private async put(checkpoints: Parameters<Place['put']>[0], signal: AbortSignal): Promise<boolean> {
    const { name } = this.place;
    try {
      await this.place.put(checkpoints, signal);
    } catch (error) {
      if (signal.aborted) return false;
      const { message } = error as Error;
      this.notBefore = Date.now() + this.pauseMs;
      this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs);
      // Once per outage, and without the cause: it may hold the address.
      if (!this.failing) this.logger.warn({ anchor: name, fault: message }, 'checkpoints could not be anchored');
      this.failing = true;
      await noteAnchorFault(this.pool, name, message);
      return false;
    }
    if (this.failing) this.logger.info({ anchor: name }, 'checkpoints are anchored again');
    this.failing = false;
    this.pauseMs = firstPauseMs;
    await noteAnchored(this.pool, name, (checkpoints.at(-1) as { number: number }).number);
    return true;
  }
}
