import type { Pool } from 'pg';
import { historyBytes, newestHistory, readHistory } from '../projections/queries/evidence-histories';
import { agentWorkflowId } from '../workflows/messages';
import type { HistoryArchive } from './agent-history';

/** The histories that the keeper of evidence has put into Postgres. */
export function postgresArchive(pool: Pool): HistoryArchive {
  return {
    newestRun: async (agentId) => (await newestHistory(pool, agentId))?.runId ?? null,
    read: async (agentId, runId) => {
      const kept = await readHistory(pool, agentWorkflowId(agentId), runId);
      return kept && historyBytes(kept);
    },
  };
}
