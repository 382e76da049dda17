/** Examples of the OpenAPI document: how long evidence is kept. They are data, and nothing else. */

const hold = {
  id: '01a20f89-859d-7181-ac24-b1ff7d2428ff',
  agent: 'shop',
  reason: 'Case 2026-114',
  placedBy: 'ann',
  placedAt: '2026-11-24T21:47:22.705Z',
  releasedBy: null,
  releasedAt: null,
  releaseReason: null,
};

export const keepingExamples = {
  retentionChoice: { class: 'long', reason: 'Payments are kept for ten years' },
  retention: {
    agent: 'shop',
    class: 'long',
    days: 3650,
    reason: 'Payments are kept for ten years',
    setBy: 'ann',
    setAt: '2026-11-24T21:47:22.705Z',
    expiredTo: 0,
    held: true,
  },
  newHold: { agent: 'shop', reason: 'Case 2026-114' },
  hold,
  holdPage: { holds: [hold], next: null },
  release: { reason: 'Case 2026-114 is closed' },
  faultPage: {
    faults: [
      {
        sequence: 7,
        fault: 'unlinked',
        detail: 'ymera.flags.FlagSet by ann, hash 5f…, prevhash 0c…, position 120',
        seenAt: '2026-11-24T21:47:22.705Z',
      },
    ],
    next: null,
  },
  rebuildRequest: { agent: 'shop', dryRun: true },
  rebuilt: {
    agents: [
      {
        agent: 'shop',
        from: 1,
        to: 120,
        missing: 1,
        repaired: 0,
        different: 0,
        extra: 0,
        differences: [{ sequence: 7, difference: 'missing', repaired: false }],
        faults: 1,
        unreadable: null,
        next: null,
      },
    ],
    next: null,
  },
};
