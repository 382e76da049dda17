import type { Client } from '@temporalio/client';
import type { Logger } from '../../infra/logger';
import type { KeeperMetrics } from '../../infra/metrics/keeper';

const callMs = 10_000;

/** Tells when the archive comes close to losing what Temporal is about to forget. */
export class RetentionGuard {
  private warned = false;

  constructor(
    private readonly client: Client,
    private readonly logger: Logger,
    private readonly metrics: Pick<KeeperMetrics, 'archiveLag' | 'retention'>,
  ) {}

  /**
   * @param oldestMs for how long the oldest closed run had waited that was not kept; 0 where none waits
   * @throws the client's error
   */
  async look(oldestMs: number): Promise<void> {
    this.metrics.archiveLag.set(oldestMs / 1000);
    const retentionMs = await this.retentionMs();
    this.metrics.retention.set(retentionMs / 1000);
    const late = oldestMs > retentionMs / 2;
    if (late && !this.warned) {
      const hours = { waited: toHours(oldestMs), retention: toHours(retentionMs) };
      this.logger.warn(
        hours,
        'closed runs wait for the archive for more than half of the time that Temporal keeps them',
      );
    }
    this.warned = late;
  }

  private async retentionMs(): Promise<number> {
    const { namespace } = this.client.options;
    const { config } = await this.client.withDeadline(Date.now() + callMs, () =>
      this.client.workflowService.describeNamespace({ namespace }),
    );
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000;
  }
}

function toHours(ms: number): number {
  return Math.round(ms / 36_000) / 100;
}
