import type { Checkpoint } from '../../projections/queries/evidence-checkpoints';

/** A place outside where checkpoints are copied to, so that a rewritten past shows. */
export interface Place {
  name: 'file' | 'git' | 'webhook';
  /** Where it is. It may hold a secret: it goes nowhere but as a hash. */
  target: string;
  /**
   * Puts checkpoints there, ascending; those that are there already are left out or put again, which does no harm.
   * @throws Error with a message for people, without a secret
   */
  put(checkpoints: readonly Checkpoint[], signal: AbortSignal): Promise<void>;
}

/** One line of an anchor: what is needed to check it, and no more. */
export function anchorLine({ number, body, hash, signature }: Checkpoint): string {
  return `${JSON.stringify({ number, hash, body, signature })}\n`;
}
