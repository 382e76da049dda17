/**
 * What an agent says, in few words, of how that stands which it looks after. `unknown`: nothing is known yet; `failing`: something is
 * down; `degraded`: it answers, but not as it should.
 */
export interface AgentHealth {
  status: 'unknown' | 'well' | 'degraded' | 'failing';
  /** How many targets it watches; 0 where its kind has none. */
  targets: number;
  failing: number;
  /** Targets that something is being done about. */
  mending: number;
}
