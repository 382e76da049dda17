import { Gauge, type Registry } from 'prom-client';

/** How many agents are named, so that their ids stay few as labels. */
const named = 10;
/** Agents of whom something is remembered in one window; of more than these the late ones are not seen. */
const mostKept = 20_000;
const windowMs = 300_000;

/**
 * The agents that have the most of something, and only those as labels. What is older than two windows of five minutes is
 * forgotten.
 */
export class TopAgents {
  private present = new Map<string, number>();
  private former = new Map<string, number>();
  private begunAt: number;

  /**
   * @param join how two figures of one agent become one: `sum` of work, `last` of a size
   * @param now epoch ms
   */
  constructor(
    private readonly join: 'sum' | 'last',
    private readonly now: () => number = Date.now,
  ) {
    this.begunAt = now();
  }

  note(agentId: string, amount: number): void {
    this.turn();
    const before = this.present.get(agentId);
    if (before === undefined && this.present.size >= mostKept) return;
    this.present.set(agentId, this.join === 'sum' ? (before ?? 0) + amount : amount);
  }

  /** At most ten, the first has the most. */
  top(): [agentId: string, amount: number][] {
    this.turn();
    const all = new Map(this.former);
    for (const [agentId, amount] of this.present) {
      all.set(agentId, this.join === 'sum' ? (all.get(agentId) ?? 0) + amount : amount);
    }
    return [...all].sort(([, a], [, b]) => b - a).slice(0, named);
  }

  private turn(): void {
    const age = this.now() - this.begunAt;
    if (age < windowMs) return;
    this.former = age < 2 * windowMs ? this.present : new Map<string, number>();
    this.present = new Map();
    this.begunAt = this.now();
  }
}

/** A gauge that names the agents at the top and no others. */
export function registerTop(registry: Registry, name: string, help: string, agents: TopAgents): void {
  new Gauge({
    name,
    help,
    labelNames: ['agent'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [agent, amount] of agents.top()) this.set({ agent }, amount);
    },
  });
}
