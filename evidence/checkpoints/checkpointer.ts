import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { canonicalText } from '../../actors/core/canonical';
import {
  byAgent,
  checkpointHash,
  firstPrevious,
  headsRoot,
  type CheckpointBody,
  type Head,
} from '../../actors/core/evidence/checkpoint';
import type { Logger } from '../../infra/logger';
import type { KeeperMetrics } from '../../infra/metrics/keeper';
import { withSessionLock } from '../../infra/postgres/session-lock';
import { inTransaction } from '../../infra/postgres/transaction';
import {
  insertCheckpoint,
  movedHeads,
  newestCheckpoint,
  noteFault,
  type MovedHead,
} from '../../projections/queries/evidence-checkpoints';
import type { Signing } from '../signing';
import { faultOfHead, type HeadFault } from './chain-guard';

/** Any number that all of Ymera's processes agree on: one keeper makes checkpoints at a time. */
const lockId = 7_941_307;
const pageSize = 1_000;
const lockPauseMs = 100;

/** Signs the heads of all chains that have moved, each after its chain was checked. */
export class Checkpointer {
  /** Heads that did not hold, so that the same one is not looked at in every round: agent → hash. */
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly pool: Pool,
    private readonly signing: Signing,
    private readonly logger: Logger,
    private readonly metrics: Pick<KeeperMetrics, 'checkpoints' | 'signedHeads' | 'chainFaults'>,
  ) {}

  /**
   * Makes a checkpoint where something has changed.
   * @returns the number of the newest one, 0 where there is none yet; null where another keeper is at it
   * @throws the error of Postgres; nothing is signed then
   */
  async round(): Promise<number | null> {
    return withSessionLock(this.pool, lockId, () => this.make());
  }

  /** The same, and waits for another keeper that is at it. @returns the number of a checkpoint that has all heads of now */
  async onDemand(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const number = await this.round();
      if (number !== null) return number;
      await sleep(lockPauseMs, undefined, { signal });
    }
  }

  private async make(): Promise<number> {
    const heads: Head[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const moved: MovedHead[] = await movedHeads(this.pool, after, pageSize);
      for (const one of moved) if (await this.holds(one)) heads.push(one.head);
      after = moved.at(-1)?.head.agent;
    }
    if (heads.length === 0) return (await newestCheckpoint(this.pool))?.number ?? 0;
    heads.sort(byAgent);
    const number = await this.sign(heads);
    this.metrics.checkpoints.inc();
    this.metrics.signedHeads.inc(heads.length);
    this.logger.debug({ checkpoint: number, heads: heads.length }, 'heads are signed');
    return number;
  }

  private sign(heads: readonly Head[]): Promise<number> {
    return inTransaction(this.pool, async (db) => {
      const key = await this.signing.current(db);
      const before = await newestCheckpoint(db);
      const body: CheckpointBody = {
        format: 'ymera-checkpoint/1',
        installation: this.signing.installation,
        number: (before?.number ?? 0) + 1,
        time: new Date().toISOString(),
        previous: before?.hash ?? firstPrevious,
        root: headsRoot(heads),
        size: heads.length,
        keyId: key.keyId,
      };
      const text = canonicalText(body);
      await insertCheckpoint(db, { body, text, hash: checkpointHash(text), signature: key.sign(text) }, heads);
      return body.number;
    });
  }

  private async holds(moved: MovedHead): Promise<boolean> {
    const { agent, hash } = moved.head;
    if (this.refused.get(agent) === hash) return false;
    const fault = await faultOfHead(this.pool, moved);
    if (fault === null) return this.refused.delete(agent) || true;
    this.refused.set(agent, hash);
    await this.refuse(moved, fault);
    return false;
  }

  private async refuse({ head: { agent }, signed }: MovedHead, { sequence, fault }: HeadFault): Promise<void> {
    const detail = `found before signing: the chain does not lead on from ${signed ? `the signed head ${signed.sequence}` : 'its beginning'}`;
    this.metrics.chainFaults.inc();
    if (await noteFault(this.pool, { agent, sequence, fault, detail })) {
      this.logger.error({ agentId: agent, sequence, fault }, 'a chain does not hold: its head is not signed');
    }
  }
}
