import {
  acquire,
  acquired,
  at,
  doing,
  given,
  queued,
  release,
  released,
  targetAfter,
  vetoed,
} from '../../tests/_util/target-specification';
import { targetAgentId } from './key';

describe('the lock of a target', () => {
  it('is given to who comes first, and then in the order in which they came', () => {
    given().when(acquire('a')).then(acquired('a', 0));
    given(acquire('a'))
      .when(acquire('b', 1))
      .then(queued('b', ['a']));
    given(acquire('a'), acquire('b', 1), acquire('c', 2))
      .when(release('a', 9))
      .then(released('a'), acquired('b', 9, { waited: true }));
  });

  it('serves many in line one after another', () => {
    const owners = Array.from({ length: 60 }, (_, i) => `r${i}`);
    let agent = targetAfter(...owners.map((owner, i) => acquire(owner, i)));
    const served: string[] = [];
    for (let [holder] = agent.state.holders; holder; [holder] = agent.state.holders) {
      served.push(holder.owner);
      agent = doing(agent, release(holder.owner, 100 + served.length)).next;
    }
    expect(served).toEqual(owners);
  });

  it('takes a repeated command for what it is', () => {
    given(acquire('a')).when(acquire('a', 5)).thenNothingHappened();
    given(acquire('a'), acquire('b', 1), acquire('c', 2)).when(acquire('b', 5)).thenNothingHappened();
    given(acquire('a'), release('a', 1)).when(release('a', 2)).thenNothingHappened();
    given(acquire('a')).when(release('b', 2)).thenNothingHappened();
  });

  it('lets one who waits leave the line, and the others keep their order', () => {
    given(acquire('a'), acquire('b', 1), acquire('c', 2))
      .when(release('b', 3))
      .then(released('b', { held: false }));
    const state = targetAfter(acquire('a'), acquire('b', 1), acquire('c', 2), release('b', 3), release('a', 4)).state;
    expect(state.holders.map(({ owner }) => owner)).toEqual(['c']);
    expect(state.queue).toEqual([]);
  });

  it('tells all that a newer one supersedes, and gives it on when they have let go of it', () => {
    const newest = acquire('c', 2, { supersede: true });
    const superseded = (owner: string) => ({ type: 'OwnerSuperseded', data: { owner, by: 'c' } });
    given(acquire('a'), acquire('b', 1))
      .when(newest)
      .then(queued('c', ['a']), superseded('a'), superseded('b'));
    // Nobody is before it, or only steps are: what a step needs ends soon.
    given().when(newest).then(acquired('c', 2));
    given(acquire('a', 0, { step: 's' }))
      .when(newest)
      .then(queued('c', ['a']));
    given(acquire('a'), acquire('b', 1), newest).when(newest).thenNothingHappened();
    given(acquire('a'), acquire('b', 1), newest, release('b', 3))
      .when(release('a', 4))
      .then(released('a'), acquired('c', 4, { waited: true }));
    expect(doing(targetAfter(acquire('a')), newest).effects).toMatchObject([
      { type: 'tell', agent: 'a', command: { type: 'Supersede', data: { key: 'service:web', by: 'c' } } },
    ]);
  });

  it('covers the steps of a run that holds it, but keeps two steps of one run apart', () => {
    given(acquire('a'))
      .when(acquire('a', 1, { step: 's' }))
      .thenNothingHappened();
    given(acquire('a'))
      .when(release('a', 1, { step: 's' }))
      .thenNothingHappened();
    given(acquire('a', 0, { step: 's' }))
      .when(acquire('a', 1, { step: 't' }))
      .then(queued('a', ['a'], { step: 't' }));
    given(acquire('a', 0, { step: 's' }), acquire('a', 1, { step: 't' }))
      .when(release('a', 2, { step: 's' }))
      .then(released('a', { step: 's' }), acquired('a', 2, { step: 't', waited: true }));
  });

  it('gives back all of an owner where no step is named', () => {
    given(acquire('a', 0, { step: 's' }), acquire('a', 1, { step: 't' }), acquire('b', 2))
      .when(release('a', 3))
      .then(
        released('a', { step: 't', held: false }),
        released('a', { step: 's' }),
        acquired('b', 3, { waited: true }),
      );
  });

  it('is held by as many as it has slots, and more slots serve more of those in line', () => {
    const two = { slots: 2 };
    given(acquire('a', 0, two))
      .when(acquire('b', 1, two))
      .then(acquired('b', 1, two));
    given(acquire('a', 0, two), acquire('b', 1, two))
      .when(acquire('c', 2, two))
      .then(queued('c', ['a', 'b'], two));
    given(acquire('a'), acquire('b', 1), acquire('c', 2))
      .when(acquire('d', 3, { slots: 3 }))
      .then(
        queued('d', ['a'], { slots: 3 }),
        acquired('b', 3, { slots: 3, waited: true }),
        acquired('c', 3, { slots: 3, waited: true }),
      );
    expect(
      targetAfter(acquire('a', 0, two), acquire('b', 1, two), acquire('c', 2, { slots: 1 }), release('a', 3)).state
        .holders,
    ).toHaveLength(1);
  });

  it('takes a limited line, and says so', () => {
    const line = Array.from({ length: 1001 }, (_, i) => acquire(`r${i}`));
    given(...line)
      .when(acquire('one more'))
      .thenRefused('limit_reached');
  });

  it.each([{ owner: '' }, { owner: 'a', more: 1 }, { owner: 'a', slots: 0 }, { owner: 'a', lease: 0 }, {}])(
    'refuses %j',
    (data) => given().when({ type: 'Acquire', data }).thenRefused('invalid_command'),
  );

  it('takes orders about owners from Ymera itself only', () => {
    for (const type of ['Acquire', 'Release', 'ReportOwner', 'Alarm']) {
      given()
        .when({ type, data: { owner: 'a' }, principal: 'ann' })
        .thenRefused('internal_command');
    }
  });
});

describe('the guards of a target', () => {
  const cooldown = { guards: { cooldown: 100 } };
  const most = { guards: { maxRuns: 2, window: 1000 } };
  const coolReason = `the last run ended at ${at(10)}, and the cooldown after it is 100 s`;
  const mostReason = '2 runs have begun within 1000 s, and 2 may';

  it('counts a cooldown from the end of the last run', () => {
    given(acquire('a', 0), release('a', 10))
      .when(acquire('b', 109.999, cooldown))
      .then(vetoed('b', 'cooldown', coolReason, at(110), false));
    given(acquire('a', 0), release('a', 10))
      .when(acquire('b', 110, cooldown))
      .then(acquired('b', 110, cooldown));
    given(acquire('a', 0), release('a', 10)).when(acquire('b', 11)).then(acquired('b', 11));
  });

  it('counts runs that have begun within the window', () => {
    const history = [acquire('a', 0), release('a', 10), acquire('b', 20)];
    given(...history, release('b', 30))
      .when(acquire('c', 999, most))
      .then(vetoed('c', 'most_runs', mostReason, at(1000), false));
    given(...history, release('b', 30))
      .when(acquire('c', 1000, most))
      .then(acquired('c', 1000, most));
  });

  it('counts over an hour where no window is named', () => {
    const once = { guards: { maxRuns: 1 } };
    given(acquire('a'), release('a', 1))
      .when(acquire('b', 3599, once))
      .then(vetoed('b', 'most_runs', '1 runs have begun within 3600 s, and 1 may', at(3600), false));
    given(acquire('a'), release('a', 1))
      .when(acquire('b', 3600, once))
      .then(acquired('b', 3600, once));
  });

  it('counts more runs than it lists, where a guard asks for that', () => {
    const many = { guards: { maxRuns: 150, window: 100_000 } };
    const runs = Array.from({ length: 149 }, (_, i) => [acquire(`r${i}`, i, many), release(`r${i}`, i)]).flat();
    expect(targetAfter(...runs).state.recent).toHaveLength(100);
    given(...runs)
      .when(acquire('last', 200, many))
      .then(acquired('last', 200, many));
    given(...runs, acquire('last', 200, many), release('last', 201))
      .when(acquire('more', 300, many))
      .then(vetoed('more', 'most_runs', '150 runs have begun within 100000 s, and 150 may', at(100_000), false));
  });

  it('asks again when who waits would be served, tells the veto, and goes on with the next', () => {
    given(acquire('a'), acquire('b', 1, cooldown), acquire('c', 2))
      .when(release('a', 10))
      .then(released('a'), vetoed('b', 'cooldown', coolReason, at(110), true), acquired('c', 10, { waited: true }));
  });

  it('counts neither steps nor runs that were vetoed elsewhere', () => {
    given(acquire('a', 0, { step: 's' }), release('a', 10, { step: 's' }))
      .when(acquire('b', 11, { guards: { cooldown: 100, maxRuns: 1 } }))
      .then(acquired('b', 11, { guards: { cooldown: 100, maxRuns: 1 } }));
    const state = targetAfter(acquire('a', 0), release('a', 10, { outcome: 'vetoed' })).state;
    expect(state).toMatchObject({ begun: [], lastEndedAt: null });
    expect(state.recent).toEqual([{ owner: 'a', startedAt: at(0), endedAt: at(10), outcome: 'vetoed' }]);
    given(acquire('a', 0), release('a', 1), acquire('b', 0.5), release('b', 2, { outcome: 'vetoed' }))
      .when(acquire('c', 3, { guards: { maxRuns: 1 } }))
      .then(vetoed('c', 'most_runs', '1 runs have begun within 3600 s, and 1 may', at(3600), false));
  });

  it('says the same veto once, and forgets it when the run gets the target', () => {
    const history = [acquire('a', 0), release('a', 10)];
    given(...history, acquire('b', 20, cooldown))
      .when(acquire('b', 30, cooldown))
      .thenNothingHappened();
    given(...history, acquire('b', 20, cooldown))
      .when(acquire('b', 30, { guards: { cooldown: 200 } }))
      .then(vetoed('b', 'cooldown', coolReason.replace('100', '200'), at(210), false));
    const state = targetAfter(...history, acquire('b', 20, cooldown), acquire('b', 110, cooldown)).state;
    expect(state.vetoes).toEqual({ count: 1, last: [] });
  });

  it('keeps the last hundred runs and how they ended', () => {
    const runs = Array.from({ length: 120 }, (_, i) => [
      acquire(`r${i}`, i),
      release(`r${i}`, i, { outcome: 'failed' }),
    ]);
    const { recent, begun } = targetAfter(...runs.flat()).state;
    expect(recent).toHaveLength(100);
    expect(begun).toHaveLength(100);
    expect(recent.at(-1)).toEqual({ owner: 'r119', startedAt: at(119), endedAt: at(119), outcome: 'failed' });
  });
});

describe('what a target tells', () => {
  it('tells those who waited, and nobody who was answered at once', () => {
    const agent = targetAfter(acquire('a', 0), acquire('b', 1, { step: 's' }));
    expect(doing(targetAfter(), acquire('a')).effects).toEqual([]);
    expect(doing(agent, acquire('c', 2)).effects).toEqual([]);
    const [granted] = doing(agent, release('a', 3)).effects;
    expect(granted).toMatchObject({
      agent: 'b',
      command: { type: 'TargetGranted', data: { key: 'service:web', step: 's' } },
    });
  });

  it('tells a veto of one who waited', () => {
    const agent = targetAfter(acquire('a', 0), acquire('b', 1, { guards: { cooldown: 10 } }));
    const [told] = doing(agent, release('a', 3)).effects;
    const reason = `the last run ended at ${at(3)}, and the cooldown after it is 10 s`;
    const data = { key: 'service:web', code: 'cooldown', reason, until: at(13) };
    expect(told).toMatchObject({ type: 'tell', agent: 'b', command: { type: 'TargetVetoed', data } });
    const direct = doing(doing(agent, release('b', 2)).next, release('a', 3)).next;
    expect(doing(direct, acquire('b', 4, { guards: { cooldown: 10 } })).effects).toEqual([]);
  });

  it('has an id that follows from its key', () => {
    expect(targetAgentId('service:web')).toMatch(/^target-[0-9a-f]{32}$/);
    expect(targetAgentId('service:web')).toBe(targetAgentId('service:web'));
    expect(targetAgentId('service:web')).not.toBe(targetAgentId('service:web2'));
    expect(targetAfter().config.key).toBe('service:web');
  });
});
