import type { EdgeActType, EdgeFacts } from '../actors/edge/edge';

/** Something that was done at the edge. Never a password, a token or a key in it. */
export interface EdgeAct extends EdgeFacts {
  type: EdgeActType;
  /** Who did it; `anonymous` where that is not known. */
  principal: string;
  reason?: string;
}

export interface Audit {
  /** Resolves when it is sure to come on record; where that can't be had at once, it is tried again for as long as the process lives. */
  record(act: EdgeAct): Promise<void>;
}
