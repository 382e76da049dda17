import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Counter } from 'prom-client';
import type { Logger } from '../infra/logger';
import type { SeriesUpkeep } from '../infra/postgres/series-upkeep';
import { addVitals, type VitalSample } from '../projections/queries/web-vitals';

const flushEveryMs = 1_000;
const mostWaiting = 5_000;

/**
 * Takes web vitals without making their senders wait, and writes them together. They are samples, not evidence: what comes while
 * too many wait, or can't be written, is dropped and counted.
 */
export class VitalsIntake {
  private waiting: VitalSample[] = [];
  private failing = false;

  /** @param counted by what became of them: `stored` or `dropped` */
  constructor(
    private readonly pool: Pool,
    private readonly upkeep: Pick<SeriesUpkeep, 'ensure'>,
    private readonly counted: Counter<'outcome'>,
    private readonly logger: Logger,
  ) {}

  add(sample: VitalSample): void {
    if (this.waiting.length < mostWaiting) this.waiting.push(sample);
    else this.counted.inc({ outcome: 'dropped' });
  }

  /** Writes once a second until aborted, and then what is left. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(flushEveryMs, undefined, { signal }).catch(() => undefined);
      await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const samples = this.waiting;
    if (samples.length === 0) return;
    this.waiting = [];
    try {
      await this.upkeep.ensure();
      await addVitals(this.pool, samples);
      this.counted.inc({ outcome: 'stored' }, samples.length);
      this.failing = false;
    } catch (err) {
      this.counted.inc({ outcome: 'dropped' }, samples.length);
      // Once per outage.
      if (!this.failing) this.logger.warn({ err }, 'web vitals were dropped');
      this.failing = true;
    }
  }
}
