import { runExamples } from './runs';

/** Examples of the OpenAPI document: the run `greet-1` of `runs.ts` as it stood once, and beside another one. */

const { run } = runExamples;
const [approval] = run.approvals;
const b = { id: 'greet-2', sequence: 9, hash: '7d'.repeat(32) };

export const runMomentExamples = {
  moment: {
    after: { sequence: 5, time: run.updatedAt, type: 'ymera.run.ApprovalRequested', principal: 'system:run' },
    run,
    waiting: {
      approvals: [
        {
          path: 'ask',
          message: 'Say it?',
          planHash: approval?.planHash,
          roles: ['approver'],
          missing: 1,
          requestedAt: run.updatedAt,
          expiresAt: '2026-11-24T22:47:20.729Z',
        },
      ],
      targets: [],
      steps: [],
    },
    approved: [],
    outputs: {},
  },
  diff: {
    a: { id: run.id, sequence: run.sequence, hash: run.hash },
    b,
    input: [{ op: 'replace', path: '/text', value: 'good night' }],
    runbook: { a: run.runbook, b: run.runbook, document: [] },
    config: [{ op: 'replace', path: '/startedBy', value: 'bob' }],
    branches: [{ path: 'say', a: null, b: 'succeeded' }],
    outputs: [{ path: 'say', diff: [{ op: 'replace', path: '', value: { text: 'good night' } }] }],
    approvals: {
      a: [{ path: 'ask', status: 'pending', by: [] }],
      b: [{ path: 'ask', status: 'approved', by: ['eve'] }],
    },
    timings: { totalMs: { a: null, b: 5210 }, steps: [{ path: 'say', a: null, b: 14 }] },
    outcome: { status: { a: 'running', b: 'succeeded' }, error: { a: null, b: null }, output: [] },
  },
  fork: { at: 5, reason: 'To go another way from there.' },
};
