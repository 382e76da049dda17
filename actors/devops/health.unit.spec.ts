import { devopsHealth } from './health';
import { newTarget, type TargetState } from './state';

const healthy: TargetState = { ...newTarget, health: { status: 'healthy', since: '2026-01-01T00:00:00.000Z' } };
const failing: TargetState = {
  health: { status: 'failing', since: '2026-01-01T00:00:00.000Z', issue: 'web-1', error: 'refused', escalated: false },
  remediation: { status: 'running', issue: 'web-1', attempt: 1, since: '', began: '' },
};
const of = (targets: Record<string, TargetState>) => devopsHealth({ targets, issues: 0, revision: 1 });

describe('the health of a devops agent', () => {
  it('is that of its worst target, and counts what fails and what is being mended', () => {
    expect(of({ web: failing, db: healthy })).toEqual({ status: 'failing', targets: 2, failing: 1, mending: 1 });
    expect(of({ web: healthy, db: newTarget })).toMatchObject({ status: 'well', failing: 0 });
    expect(of({ web: { ...healthy, flapping: { since: '' } } })).toMatchObject({ status: 'degraded' });
  });

  it('is unknown as long as nothing was heard of any target', () => {
    expect(of({ web: newTarget })).toMatchObject({ status: 'unknown', targets: 1 });
    expect(of({})).toMatchObject({ status: 'unknown', targets: 0 });
  });
});
