/** What is told of a log. Lines are redacted and bounded. */
export interface Finding {
  /**
   * `pattern`: a configured one matches. `new`: a line such as none before. `spike`: far more of one kind than usual.
   * `unreadable`: the log can't be followed.
   */
  kind: 'pattern' | 'new' | 'spike' | 'unreadable';
  /** The name of the pattern, the template, or what is wrong. */
  what: string;
  /** When, by the log's own times where it has some, ISO 8601 UTC. */
  at: string;
  count: number;
  /** Per window, where it is a spike; else null. */
  expected: number | null;
  lines: string[];
  /** How many findings before this one were not told, because there were too many. */
  suppressed: number;
}
