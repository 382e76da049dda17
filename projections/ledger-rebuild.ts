import { listAgentIds } from './queries/agents';
import type { RecordHistory } from './gap-filler';
import type { LedgerContext } from './project-batch';
import { rebuildAgent, type LedgerReport } from './rebuild-agent';

const mostAgents = 100;

/** Which agents there are, by whoever knows. */
export interface AgentIds {
  /** In any order. */
  all(): Promise<string[]>;
}

export interface RebuildRequest {
  /** Of this one alone; of all where it is left out. */
  agent?: string;
  dryRun: boolean;
  /** Where an earlier call had stopped. */
  after?: { agent: string; from: number } | null;
}

export interface RebuildPage {
  agents: LedgerReport[];
  /** Where to go on, where the time did not suffice. */
  next: { agent: string; from: number } | null;
}

/** Rebuilds the ledger of one agent or of all, as far as one call's time goes. */
export class LedgerRebuild {
  constructor(
    private readonly context: LedgerContext,
    private readonly history: RecordHistory,
    private readonly ids: AgentIds,
  ) {}

  /** @param ms how long it may take @throws the error of Postgres, or of who knows the agents */
  async run({ agent, dryRun, after = null }: RebuildRequest, ms: number): Promise<RebuildPage> {
    const deadline = Date.now() + ms;
    const agents: LedgerReport[] = [];
    for (const id of await this.wanted(agent, after?.agent ?? '')) {
      const from = id === after?.agent ? after.from : 1;
      // One at least, or it would stand still where there is no time at all.
      if (agents.length > 0 && (Date.now() >= deadline || agents.length >= mostAgents))
        return { agents, next: { agent: id, from } };
      const report = await rebuildAgent(this.context, this.history, id, { dryRun, deadline, from });
      agents.push(report);
      if (report.next !== null) return { agents, next: { agent: id, from: report.next } };
    }
    return { agents, next: null };
  }

  /** Ids from `from` on, ascending: those that the ledger knows, and those that it has never heard of. */
  private async wanted(agent: string | undefined, from: string): Promise<string[]> {
    if (agent !== undefined) return [agent];
    const ids = new Set([...(await listAgentIds(this.context.pool)), ...(await this.ids.all())]);
    return [...ids].filter((id) => id >= from).sort();
  }
}
