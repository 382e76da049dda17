import { applyCommand } from '../core/agent';
import { agentAfter, specify, start, type Step } from '../../tests/_util/decider-specification';
import { performance } from './performance';
import type { PerformanceState } from './state';

const at = (second: number) => new Date(Date.parse(start) + second * 1000).toISOString();
const step = (type: string, second: number, data: object): Step => ({ type, at: at(second), data });
const samples = { latency: [1, 2, 3, 4, 5] };
const baseline = (revision = 1): Step => step('ReportBaseline', 1, { revision, samples });
const change = (verdict: string) => ({ metric: 'latency', verdict, before: 3, after: 6, change: 1, p: 0.001 });
const compared = (verdict: string, revision = 2, second = 2): Step =>
  step('ReportComparison', second, { revision, changes: [change(verdict)] });
const ended = (outcome: string, proposal = 'proposal-1', more: object = {}): Step =>
  step('ReportRun', 10, { target: 'pool', issue: proposal, run: 'r1', outcome, durationMs: 5, ...more });
const proposed = (proposal: string, setting: string, from: number, to: number) => ({
  type: 'ProposalMade',
  data: { proposal, setting, from, to, because: 'latency +100 %' },
});
const rejected = (outcome: string, remembered: boolean, notBefore = at(70)) => ({
  type: 'ProposalRejected',
  data: { proposal: 'proposal-1', setting: 'pool', from: 0.3, to: 0.4, run: 'r1', outcome, remembered, notBefore },
});

const source = { type: 'http', url: 'http://127.0.0.1:1/' };
const argv = { canary: ['set', 'one', '${{ value }}'], apply: ['set', 'all', '${{ value }}'] };
const config = {
  metrics: [{ name: 'latency', better: 'lower', source }],
  settings: [
    { name: 'pool', value: 0.3, minimum: 0.1, maximum: 0.4, step: 0.1, ...argv },
    { name: 'replicas', value: 2, minimum: 2, maximum: 3, step: 5, try: 'up', ...argv },
  ],
  cooldown: 60,
};

describe('performance', () => {
  const { given } = specify(performance, config);
  const detected = { type: 'RegressionDetected', data: { changes: [change('worse')] } };

  it('takes what is normal, once for each of its orders', () => {
    given().when(baseline()).then({ type: 'BaselineTaken', data: { samples } });
    given(baseline()).when(baseline(2)).thenNothingHappened();
    given().when(baseline(7)).thenNothingHappened();
  });

  it('proposes one step within the bounds when something is worse, and nothing more until that is decided', () => {
    given(baseline()).when(compared('same')).thenNothingHappened();
    given(baseline())
      .when(compared('worse'))
      .then(detected, proposed('proposal-1', 'pool', 0.3, 0.4));
    given(baseline(), compared('worse'))
      .when(compared('worse', 4, 3))
      .thenNothingHappened();
  });

  it('keeps what helped, and measures anew what is normal', () => {
    const kept = { proposal: 'proposal-1', setting: 'pool', from: 0.3, to: 0.4, run: 'r1' };
    given(baseline(), compared('worse')).when(ended('succeeded')).then({ type: 'ProposalKept', data: kept });
    const after = agentAfter(performance, config, [baseline(), compared('worse'), ended('succeeded')]);
    expect(after.state).toMatchObject({ baseline: null, regressed: false, values: { pool: 0.4, replicas: 2 } });
  });

  it('remembers what did not help, and goes on with the next after the cooldown', () => {
    const history = [baseline(), compared('worse'), ended('failed')];
    given(baseline(), compared('worse')).when(ended('failed')).then(rejected('failed', true));
    given(...history)
      .when(compared('worse', 5, 69))
      .thenNothingHappened();
    given(...history)
      .when(compared('worse', 5, 70))
      .then(proposed('proposal-2', 'pool', 0.3, 0.2));
    const second = [...history, compared('worse', 5, 70), ended('failed', 'proposal-2')];
    given(...second)
      .when(compared('worse', 7, 99))
      .then(proposed('proposal-3', 'replicas', 2, 3));
    const all = [...second, compared('worse', 7, 99), ended('failed', 'proposal-3')];
    given(...all)
      .when(compared('worse', 9, 200))
      .then({ type: 'ProposalsExhausted', data: { changes: [change('worse')] } });
    given(...all, compared('worse', 9, 200))
      .when(compared('worse', 9, 300))
      .thenNothingHappened();
    given(...all, step('ForgetRejected', 150, { setting: 'pool' }))
      .when(compared('worse', 9, 200))
      .then(proposed('proposal-4', 'pool', 0.3, 0.4));
  });

  it('does not hold against a value that its run was refused or cancelled', () => {
    given(baseline(), compared('worse'))
      .when(ended('vetoed', 'proposal-1', { until: at(500) }))
      .then(rejected('vetoed', false, at(500)));
    given(baseline(), compared('worse')).when(ended('cancelled')).then(rejected('cancelled', false));
  });

  it('says when it is over by itself', () => {
    const only = specify(performance, { ...config, settings: [] });
    only.given(baseline()).when(compared('worse')).then(detected);
    only
      .given(baseline(), compared('worse'))
      .when(compared('same', 2, 5))
      .then({ type: 'RegressionOver', data: {} });
  });

  it('has a proposal tried by a run, and measures nothing meanwhile', () => {
    const agent = agentAfter(performance, config, [baseline()]);
    const command = { id: 'x', principal: 'system:measure', ...compared('worse') };
    const { effects, agent: after } = applyCommand(performance, agent, command, at(2));
    expect(effects).toMatchObject([
      { type: 'configure', workflow: 'measure', id: 'measure:a1', input: { revision: 4, metrics: [] } },
      {
        type: 'launch',
        request: {
          runbook: 'optimise-setting',
          input: {
            ...{ setting: 'a1/pool', from: 0.3, to: 0.4 },
            ...{ canary: ['set', 'one', '0.4'], canary_back: ['set', 'one', '0.3'], apply_back: ['set', 'all', '0.3'] },
            canary_metrics: [{ name: 'latency', source }],
          },
          trigger: { issue: 'proposal-1', target: 'pool' },
        },
      },
    ]);
    expect((after.state as PerformanceState).revision).toBe(4);
  });

  it('refuses values that lie outside of their bounds, and names that are there twice', () => {
    const [pool] = config.settings;
    for (const settings of [[{ ...pool, value: 5 }], [pool, pool]]) {
      given()
        .when(step('SetConfig', 1, { config: { ...config, settings } }))
        .thenRefused('invalid_config');
    }
  });
});
