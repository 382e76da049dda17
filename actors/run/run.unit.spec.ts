import { agentAfter, apply } from '../../tests/_util/decider-specification';
import { recordEvents } from '../core/agent';
import type { AgentState } from '../core/agent-state';
import { eventName } from '../core/event';
import type { RunEvent } from './events';
import { hasRoom, mostOutputBytes, outputRoom } from './room';
import { run } from './run';
import { initialRun } from './state';

const at = '2026-01-01T00:00:00.000Z';
const planHash = 'a'.repeat(64);

/** Two questions: one guards a step, the other stands alone, and what comes behind it counts on the answer. */
const document = {
  name: 'two',
  steps: [
    { id: 'alone', approval: { roles: ['approver'] } },
    { id: 'guard', approval: { roles: ['approver'] }, steps: [{ id: 'inner', action: 'debug.echo' }] },
    { id: 'last', action: 'debug.echo' },
  ],
};

const config = (more: object = {}): object => ({
  runbook: { name: 'two', version: 1, hash: 'h' },
  document,
  input: {},
  trigger: { type: 'api' },
  startedBy: 'ada',
  targets: [],
  guards: {},
  ...more,
});

const asked = (path: string): RunEvent => ({
  type: 'ApprovalRequested',
  data: {
    path,
    message: 'May I?',
    plan: [],
    planHash,
    roles: ['approver'],
    count: 1,
    reasonRequired: false,
    expiresAt: '2026-01-02T00:00:00.000Z',
  },
});

function runAfter(given: object, ...events: RunEvent[]): AgentState {
  return recordEvents(run, agentAfter(run, given), events, { id: 'p', principal: 'system:run' }, at).agent;
}

function answer(agent: AgentState, type: string, data: object, who: object = {}): string {
  const step = { type, data, at, principal: 'bob', roles: ['approver'], reason: 'looked at it', ...who };
  try {
    const { records, refusal } = apply(run, agent, step, 1);
    return refusal ? `${refusal.code}, recorded ${records.map(eventName).join()}` : records.map(eventName).join();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a question', () => {
  it('that stands alone is never skipped, reached or not: what is behind it counts on the answer', () => {
    const before = runAfter(config());
    expect(answer(before, 'SkipStep', { step: 'alone' })).toBe('not_allowed');
    const waiting = runAfter(config(), { type: 'StepStarted', data: { path: 'alone', attempt: 1 } }, asked('alone'));
    expect(answer(waiting, 'SkipStep', { step: 'alone' })).toBe('not_allowed');
    expect(answer(before, 'SkipStep', { step: 'guard' })).toBe('StepSkipped');
    expect(answer(before, 'SkipStep', { step: 'last' })).toBe('StepSkipped');
    expect(answer(before, 'SkipStep', { step: 'last' }, { reason: undefined })).toBe('reason_required');
  });

  it('is not answered by those who asked for the run, nor for the one that it goes on from', () => {
    const lineage = { type: 'retry', of: 'former', askedBy: ['eve'], done: {}, skip: {} };
    const waiting = runAfter(config({ lineage }), asked('guard'));
    const approve = (principal: string): string =>
      answer(waiting, 'Approve', { step: 'guard', planHash }, { principal });
    expect(approve('ada')).toBe('self_approval, recorded ApprovalRefused');
    expect(approve('eve')).toBe('self_approval, recorded ApprovalRefused');
    expect(approve('bob')).toBe('ApprovalGiven,ApprovalCompleted');
  });
});

describe('the room of a run', () => {
  it('becomes less the more it holds, and ends before it is too large to go on', () => {
    expect(outputRoom(initialRun)).toBe(mostOutputBytes);
    const late = outputRoom({ bytes: 500_000 });
    expect(late).toBeGreaterThan(2000);
    expect(late).toBeLessThan(mostOutputBytes / 4);
    expect(hasRoom({ bytes: 500_000 }, 100_000)).toBe(true);
    expect(hasRoom({ bytes: 650_000 }, 100_000)).toBe(false);
    expect(outputRoom({ bytes: 2_000_000 })).toBe(1024);
  });

  it('is counted with every step: what was given to a step that only reads is forgotten once it is done', () => {
    const value = 'x'.repeat(10_000);
    const started: RunEvent = { type: 'StepStarted', data: { path: 'last', attempt: 1, with: { value } } };
    const bytes = (...events: RunEvent[]): number => (runAfter(config(), ...events).state as { bytes: number }).bytes;
    const done: RunEvent = { type: 'StepSucceeded', data: { path: 'last', durationMs: 1, effect: 'read', output: 1 } };
    expect(bytes()).toBe(0);
    expect(bytes({ ...started, data: { ...started.data, action: 'debug.echo' } })).toBeGreaterThan(10_000);
    expect(bytes({ ...started, data: { ...started.data, action: 'debug.echo' } }, done)).toBeLessThan(500);
  });
});
