/** What is said of a commit, under a name of its own (`context`), as GitHub words it. */
export interface CommitStatus {
  context: string;
  state: 'pending' | 'success' | 'failure' | 'error';
  /** One line for a person. */
  description: string;
  /** Where there is more to read. */
  targetUrl: string | null;
}

/** Where it is said. Each may throw an ActionError. */
export interface CommitStatuses {
  /** What stands there under that name now, or null. */
  get(sha: string, context: string): Promise<CommitStatus | null>;
  /** Replaces what stood there under that name. */
  set(sha: string, status: CommitStatus): Promise<void>;
}

export function sameStatus(a: CommitStatus | null, b: CommitStatus): boolean {
  return (
    a?.context === b.context && a.state === b.state && a.description === b.description && a.targetUrl === b.targetUrl
  );
}
