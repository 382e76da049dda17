import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from '../logger';

const lookEveryMs = 3_600_000;
/** After a try that failed or had to leave something. */
const againMs = 60_000;
const dayMs = 86_400_000;

/** Sees to it that a time series has partitions for what comes, and none that is older than its retention. */
export class SeriesUpkeep {
  /** The day (since 1970, UTC) that partitions were made for, and when the next try may be, in ms. */
  private madeFor = -1;
  private nextAt = 0;

  /**
   * @param series one of the table `time_series`
   * @param days how long its points are kept
   */
  constructor(
    private readonly pool: Pool,
    private readonly series: string,
    private readonly days: number,
    private readonly logger: Logger,
  ) {}

  /** To be awaited before points are written: costs nothing until the day is another one. @throws the error of Postgres */
  async ensure(): Promise<void> {
    if (this.madeFor !== today()) await this.look();
  }

  /** Looks once an hour until aborted, so that old points go where no new ones come. */
  async run(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      try {
        if (Date.now() >= this.nextAt || this.madeFor !== today()) await this.look();
        failing = false;
      } catch (err) {
        this.nextAt = Date.now() + againMs;
        // Once per outage.
        if (!failing) this.logger.warn({ err, series: this.series }, 'a time series could not be kept up');
        failing = true;
      }
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const day = today();
    const { rows } = await this.pool.query<{ done: boolean }>('SELECT keep_series($1, $2) AS done', [
      this.series,
      this.days,
    ]);
    this.madeFor = day;
    this.nextAt = Date.now() + (rows[0]?.done === true ? lookEveryMs : againMs);
  }
}

function today(): number {
  return Math.floor(Date.now() / dayMs);
}
