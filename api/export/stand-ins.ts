import { AgentFailure } from '../../temporal/failures';
import type { EvidenceSource, Keeper } from './ports';

const nowhere = async (): Promise<never> => {
  throw new AgentFailure('unavailable', 'there is no such server in this test', 1);
};

/** Evidence where there is none yet, and nobody who signs. */
export const emptyEvidence: { evidence: EvidenceSource; keeper: Keeper } = {
  evidence: {
    installation: nowhere,
    keys: async () => [],
    agents: async () => [],
    family: async () => [],
    matching: async () => [],
    records: async () => [],
    ledgerHead: async () => null,
    signedHeadAfter: async () => null,
    newestSignedHead: async () => null,
    signedHeads: async () => [],
    checkpoint: nowhere,
    tombstones: async () => [],
    histories: async () => [],
    history: async () => null,
  },
  keeper: { makeCheckpoint: nowhere, archive: nowhere, signManifest: nowhere },
};
