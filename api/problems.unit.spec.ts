import { DomainError, type DomainErrorCode } from '../actors/core/errors';
import { AgentFailure } from '../temporal/failures';
import { problemsPage } from './docs';
import { Problem, problemOf } from './problem';
import { isProblemCode, problems } from './problems';

const domainCodes: Record<DomainErrorCode, number> = {
  unknown_kind: 422,
  unknown_command: 422,
  invalid_command: 422,
  invalid_config: 422,
  internal_command: 403,
  agent_stopped: 409,
  version_conflict: 412,
  version_not_found: 404,
  limit_reached: 409,
  not_found: 404,
  not_allowed: 409,
  invalid_runbook: 422,
  invalid_input: 422,
  internal_kind: 403,
  run_ended: 409,
  approval_not_pending: 409,
  approval_expired: 409,
  plan_changed: 412,
  self_approval: 403,
  role_missing: 403,
  already_answered: 409,
  reason_required: 422,
  decision_failed: 500,
};

describe('the catalogue of problems', () => {
  it.each(Object.entries(domainCodes))('gives %s the status %d', (code, status) => {
    const problem = problemOf(new DomainError(code as DomainErrorCode, 'why', [{ pointer: '/a', message: 'm' }]));
    expect(problem.body('urn:x')).toEqual({
      type: `/docs/problems#${code}`,
      title: problems[code as DomainErrorCode].title,
      status,
      detail: 'why',
      code,
      errors: [{ pointer: '/a', message: 'm' }],
      instance: 'urn:x',
    });
  });

  it('says when to come back, at least a second from now', () => {
    const full = problemOf(new AgentFailure('queue_full', 'full', 0.2));
    expect([full.status, full.headers]).toEqual([429, { 'Retry-After': '1' }]);
    expect(problemOf(new AgentFailure('unavailable', 'away', 2)).headers).toEqual({ 'Retry-After': '2' });
  });

  it('tells nothing of what it does not know', () => {
    const problem = problemOf(Object.assign(new Error('secret'), { code: 'agent_exists' }));
    expect(problem.code).toBe('internal_error');
    expect(JSON.stringify(problem.body())).not.toContain('secret');
  });

  it('takes no inherited name for a code', () => {
    expect(isProblemCode('constructor')).toBe(false);
  });

  it('has a page with a place for each code', () => {
    const page = problemsPage();
    for (const code of Object.keys(problems)) expect(page).toContain(`<section id="${code}">`);
    expect(page).not.toMatch(/<style|<script| style=/);
  });

  it('keeps status and message of a problem', () => {
    expect(problemOf(new Problem('out_of_range', 'x')).status).toBe(404);
  });
});
