import type { VerificationSummary } from './evidence-queries';
import { badRecords, outcomeOf, scopeWords } from './verdict-words';

const pass = { verdict: 'pass' } as const;
const fail = (code: string, sequence?: number) => ({
  verdict: 'fail' as const,
  code,
  ...(sequence === undefined ? {} : { sequence }),
});

describe('the words of verdicts', () => {
  it('name each bad record once, with the verdicts that name it, in the order of the chain', () => {
    const found = badRecords({
      intact: fail('altered', 8),
      complete: fail('gap', 5),
      attributed: fail('no_command'),
      replayConsistent: fail('replay_differs', 8),
    });
    expect(found.map(({ sequence, named }) => [sequence, named.map(({ name }) => name)])).toEqual([
      [5, ['complete']],
      [8, ['intact', 'replayConsistent']],
    ]);
    expect(badRecords({ intact: pass, complete: pass, attributed: pass, replayConsistent: pass })).toEqual([]);
  });

  it('say whom it is about', () => {
    expect(scopeWords({ all: true })).toBe('Everything');
    expect(scopeWords({ kind: 'flags' })).toBe('All agents of kind flags');
    expect(scopeWords({ agents: ['a', 'b', 'c', 'd', 'e'] })).toBe('a, b, c and 2 more');
  });

  it('leave no part of an outcome out', () => {
    const done = { state: 'done', progress: { agents: 5, done: 5, records: 90 }, failed: 1, notCheckable: 1 };
    expect(outcomeOf(done as VerificationSummary)).toBe(
      '5 agents: 1 with a failed verdict, 1 not wholly checkable, 3 with all four passed',
    );
    const begun = {
      ...done,
      state: 'running',
      progress: { agents: 5, done: 1, records: 9 },
      failed: 0,
      notCheckable: 0,
    };
    expect(outcomeOf(begun as VerificationSummary)).toBe('1 agent so far: 1 with all four passed');
  });
});
