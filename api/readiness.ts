import { dependencyNames, type DependencyName, type Probes, type RequestLimits } from './dependencies';

export type Health = 'ok' | 'degraded' | 'down';

export interface Readiness {
  /** `down`: no command can be accepted. `degraded`: commands can, but not everything works. */
  status: Health;
  dependencies: Record<DependencyName, Health>;
  /** How rate limits are counted: over all API processes together, or by each for itself while Redis is away. */
  rateLimits: 'shared' | 'per process';
}

/** A server that answers later than this is degraded, and one that has not by then is down, in ms. */
const slowMs = 500;
const deadMs = 1_000;

/** Asks all servers at once, each for a second at most; those who ask meanwhile share the answer. */
export class ReadinessCheck {
  private underWay: Promise<Readiness> | null = null;

  constructor(
    private readonly probes: Probes,
    private readonly limits: Pick<RequestLimits, 'isShared'>,
  ) {}

  run(): Promise<Readiness> {
    this.underWay ??= this.ask().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async ask(): Promise<Readiness> {
    const found = await Promise.all(
      dependencyNames.map(async (name) => [name, await health(this.probes[name])] as const),
    );
    const dependencies = Object.fromEntries(found) as Record<DependencyName, Health>;
    const allWell = found.every(([, each]) => each === 'ok');
    const status = dependencies.temporal === 'down' ? 'down' : allWell ? 'ok' : 'degraded';
    const shared = this.limits.isShared && dependencies.redis !== 'down';
    return { status, dependencies, rateLimits: shared ? 'shared' : 'per process' };
  }
}

async function health(probe: () => Promise<unknown>): Promise<Health> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), deadMs);
  });
  try {
    const found = await Promise.race([probe(), late]);
    if (found === 'degraded') return found;
    return performance.now() - startedAt > slowMs ? 'degraded' : 'ok';
  } catch {
    return 'down';
  } finally {
    clearTimeout(timer);
  }
}
