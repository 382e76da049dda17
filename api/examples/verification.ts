/** Examples of the OpenAPI document, as in `agents.ts`: the agent `shop` as an auditor verifies it. */

const pass = { verdict: 'pass' };
const covered = { records: 3, from: 1, to: 3, tombstonesTo: 0, runs: 1, checkpoints: 1, signedTo: 3 };
const verification = {
  id: '01a20f87-2b1c-7aa0-9c4e-3a52d1f0c001',
  scope: { agents: ['shop'] },
  requestedBy: 'ann',
  requestedAt: '2026-11-24T22:00:00.000Z',
  state: 'done',
  error: null,
  startedAt: '2026-11-24T22:00:00.042Z',
  endedAt: '2026-11-24T22:00:01.310Z',
  progress: { agents: 1, done: 1, records: 3 },
  failed: 0,
  notCheckable: 0,
  checkpoints: null,
};

export const verificationExamples = {
  verdicts: {
    verification: verification.id,
    agent: 'shop',
    kind: 'flags',
    verdicts: {
      intact: {
        verdict: 'fail',
        agent: 'shop',
        code: 'altered',
        sequence: 2,
        message: 'record 2 does not hash to what it says: it was altered',
      },
      complete: pass,
      attributed: pass,
      replayConsistent: {
        verdict: 'not_checkable',
        message: 'the code of build 3f2a, which ran run 0f7c, is not kept',
      },
    },
    covered,
  },
  order: { kind: 'flags' },
  verification: {
    ...verification,
    results: [
      {
        agent: 'shop',
        kind: 'flags',
        verdicts: { intact: pass, complete: pass, attributed: pass, replayConsistent: pass },
        covered,
      },
    ],
  },
  page: { verifications: [verification], next: null },
};
