import type { Verification } from '../../../temporal/verifications';
import { AgentFailure } from '../../../temporal/failures';
import { verificationExamples } from '../../examples/verification';
import { startTestApi, type TestApi } from '../../stand-ins';

const id = verificationExamples.verification.id;
const done = verificationExamples.verification as unknown as Verification;

/** What the keeper would have done, as it stands. */
class StandIn {
  current: Verification | null = done;
  readonly started: unknown[] = [];
  readonly cancelled: string[] = [];
  start = async (scope: unknown, by: string): Promise<string> => {
    this.started.push([scope, by]);
    return id;
  };
  get = async (asked: string): Promise<Verification | null> => (asked === id ? this.current : null);
  list = async () => ({ verifications: [done], next: null });
  cancel = async (asked: string): Promise<void> => void this.cancelled.push(asked);
}

describe('asking for verdicts', () => {
  let api: TestApi;
  let verifications: StandIn;
  beforeEach(async () => {
    verifications = new StandIn();
    api = await startTestApi({ verifications });
    await api.call('POST', 'agents', { kind: 'flags', id: 'shop' });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  it('answers with those on one agent, and puts on record who asked', async () => {
    const answer = await api.call('POST', 'agents/shop/verify');
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { verification: id, agent: 'shop', verdicts: { intact: { verdict: 'pass' } } },
    ]);
    expect(verifications.started).toEqual([[{ agents: ['shop'] }, 'ann']]);
    const act = { type: 'VerificationRequested', principal: 'ann', about: 'shop', detail: { verification: id } };
    expect(api.identity.acts.at(-1)).toMatchObject(act);
  });

  it('says where they will be, when they have not come out', async () => {
    verifications.current = { ...done, state: 'failed', results: [] };
    const answer = await api.call('POST', 'agents/shop/verify');
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/api/v1/evidence/verifications/${id}`]);
  });

  it('knows no agent and no verification that there is not', async () => {
    for (const [method, path, code] of [
      ['POST', 'agents/nobody/verify', 'agent_not_found'],
      ['POST', 'runs/shop/verify', 'run_not_found'],
      ['GET', 'evidence/verifications/01a20f87-2b1c-7aa0-9c4e-3a52d1f0c999', 'verification_not_found'],
    ] as const) {
      const answer = await api.call(method, path);
      expect([answer.status, await answer.json()]).toMatchObject([404, { code }]);
    }
    expect(verifications.started).toEqual([]);
  });

  it('takes one scope for many, and refuses none and two', async () => {
    for (const body of [{ all: true }, { kind: 'flags' }, { agents: ['shop', 'web'] }]) {
      expect((await api.call('POST', 'evidence/verify', body)).status).toBe(202);
    }
    expect(verifications.started.map((started) => (started as unknown[])[0])).toEqual([
      { all: true },
      { kind: 'flags' },
      { agents: ['shop', 'web'] },
    ]);
    for (const body of [{}, { all: true, kind: 'flags' }, { all: false }, { agents: [] }]) {
      expect((await api.call('POST', 'evidence/verify', body)).status).toBe(422);
    }
  });

  it('hands a cancellation on', async () => {
    expect((await api.call('POST', `evidence/verifications/${id}/cancel`)).status).toBe(202);
    expect(verifications.cancelled).toEqual([id]);
    verifications.start = async () => {
      throw new AgentFailure('unavailable', 'Temporal does not answer', 2);
    };
    expect((await api.call('POST', 'evidence/verify', { all: true })).status).toBe(503);
  });
});
