import type { AgentState } from '../../actors/core/agent-state';
import { hashOf } from '../../actors/core/hash-chain';
import type { Logger } from '../../infra/logger';
import type { Queryable } from './queryable';

/** How many events lie between two snapshots of an agent, as long as it has not too many. */
export const snapshotEvery = 1_000;
/** Of one agent; a longer one has them further apart. */
const mostSnapshots = 128;

interface SnapshotRow {
  sequence: string;
  folded: AgentState;
  hash: string;
  /** Of the record of that sequence; null where the ledger does not hold it. */
  chain: string | null;
}

/** Agents as they stood after some of their events. */
export class Snapshots {
  /** @param code digest of the code that folds them now: what other code has folded counts for nothing */
  constructor(
    private readonly db: Queryable,
    private readonly code: string,
    private readonly logger: Logger,
  ) {}

  /**
   * The newest that is not after `sequence` and holds: it hashes to what it says, and the ledger has the record that it ends with.
   * That at the end of what has expired counts whatever code has folded it, since none can fold it again.
   * @returns null where there is none
   */
  async before(agentId: string, sequence: number): Promise<AgentState | null> {
    for (let most = sequence; ;) {
      const { rows } = await this.db.query<SnapshotRow>(
        `SELECT snapshot.sequence, snapshot.folded, snapshot.hash, record.hash AS chain
         FROM folded_snapshots AS snapshot
         LEFT JOIN events AS record ON record.agent_id = snapshot.agent_id AND record.sequence = snapshot.sequence
         WHERE snapshot.agent_id = $1 AND snapshot.sequence <= $2
           AND (snapshot.code = $3 OR snapshot.sequence = (SELECT max(to_sequence) FROM tombstones WHERE agent_id = $1))
         ORDER BY snapshot.sequence DESC LIMIT 1`,
        [agentId, most, this.code],
      );
      const [row] = rows;
      if (!row) return null;
      if (holds(row)) return row.folded;
      this.logger.warn({ agentId, sequence: row.sequence }, 'a snapshot does not hold and is not used');
      most = Number(row.sequence) - 1;
    }
  }

  /** Keeps states of one agent, in place of others of the same sequences, and drops those that are closer than they need be. */
  async keep(states: readonly AgentState[]): Promise<void> {
    const last = states.at(-1);
    if (!last) return;
    const { rows } = await this.db.query<{ sequence: string }>('SELECT sequence FROM agents WHERE id = $1', [last.id]);
    const step = stepOf(Math.max(last.sequence, Number(rows[0]?.sequence ?? 0)));
    for (const state of states.filter(({ sequence }) => sequence % step === 0)) await this.write(state);
    await this.db.query(
      `DELETE FROM folded_snapshots WHERE agent_id = $1 AND sequence % $2::bigint = 0 AND sequence % $3::bigint <> 0
         AND sequence <> (SELECT coalesce(max(to_sequence), 0) FROM tombstones WHERE agent_id = $1)`,
      [last.id, snapshotEvery, step],
    );
  }

  /** Keeps an agent as it stood at the end of what expires now, and drops those before: nothing else tells of them any more. */
  async keepEnd(state: AgentState): Promise<void> {
    await this.write(state);
    await this.db.query('DELETE FROM folded_snapshots WHERE agent_id = $1 AND sequence < $2', [
      state.id,
      state.sequence,
    ]);
  }

  private async write(state: AgentState): Promise<void> {
    const folded = JSON.stringify(state);
    await this.db.query(
      `INSERT INTO folded_snapshots (agent_id, sequence, folded, hash, code) VALUES ($1, $2, $3::json, $4, $5)
       ON CONFLICT (agent_id, sequence)
       DO UPDATE SET folded = excluded.folded, hash = excluded.hash, code = excluded.code, made_at = now()`,
      [state.id, state.sequence, folded, hashOf(JSON.parse(folded)), this.code],
    );
  }
}

function holds({ sequence, folded, hash, chain }: SnapshotRow): boolean {
  return folded.sequence === Number(sequence) && (chain === null || folded.hash === chain) && hashOf(folded) === hash;
}

/** How far apart they are of an agent that has come to `head`. */
function stepOf(head: number): number {
  let step = snapshotEvery;
  while (head / step > mostSnapshots) step *= 2;
  return step;
}

/** Those of the states of one fold, oldest first, that are worth keeping: never more than an agent has snapshots. */
export class Waypoints {
  states: AgentState[] = [];
  private step = snapshotEvery;

  pass(agent: AgentState): void {
    if (agent.sequence % this.step !== 0) return;
    this.states.push(agent);
    if (this.states.length <= mostSnapshots) return;
    this.step *= 2;
    this.states = this.states.filter(({ sequence }) => sequence % this.step === 0);
  }
}
