import { foldAgent, unborn } from '../actors/core/agent-state';
import { flags } from '../actors/flags/flags';
import type { EventRecord } from '../actors/core/event';
import { chainOf, forge } from './_util/fixtures';
import { foldRecords } from './fold';

describe('foldRecords', () => {
  const chain = chainOf('a', 10);

  it('folds as the agent does, in one go or on top of what was folded', () => {
    const whole = foldAgent(flags, unborn(flags, 'a'), chain);
    const half = foldRecords(undefined, chain.slice(0, 5), 'a');
    expect(foldRecords(undefined, chain, 'a')).toEqual({ agent: whole, kindKnown: true });
    expect(foldRecords(half.agent, chain.slice(5), 'a').agent).toEqual(whole);
  });

  it('folds the lifecycle of a kind it does not know', () => {
    const born = forge(chain[0] as EventRecord, { type: 'ymera.novel.AgentCreated' });
    const done = forge(chain[1] as EventRecord, { type: 'ymera.novel.SomethingDone', prevhash: born.hash });
    const { agent, kindKnown } = foldRecords(undefined, [born, done], 'a');
    expect(kindKnown).toBe(false);
    expect(agent).toMatchObject({ kind: 'novel', name: 'The a', sequence: 2, configVersion: 1, state: null });
  });
});
