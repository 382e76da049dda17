import { foldAgent, unborn, type AgentState } from '../../../../actors/core/agent-state';
import type { EventRecord } from '../../../../actors/core/event';
import { flags } from '../../../../actors/flags/flags';
import { chainOf } from '../../../../projections/_util/fixtures';
import { FoldedHistory } from './folded-history';
import { pageSize } from './span-cache';

const chain = chainOf('long', 2_600);
const stateAt = (sequence: number): AgentState => foldAgent(flags, unborn(flags, 'long'), chain.slice(0, sequence));
const pageOfChain = (page: number): EventRecord[] => chain.slice(page * pageSize, (page + 1) * pageSize);

/** As the API tells a state: without the versions of the config. */
const told = (sequence: number): AgentState => ({ ...stateAt(sequence), configVersions: [] });

describe('a history that is folded by pages', () => {
  it('has any moment as the agent was, from whichever page it begins', () => {
    const history = new FoldedHistory('long');
    expect(history.take(0, null, pageOfChain(0)).fault).toBeNull();
    expect(history.take(2, told(2_000), pageOfChain(2)).fault).toBeNull();
    for (const sequence of [1, 2, 49, 50, 51, 100, 999, 1_000, 2_001, 2_050, 2_599, 2_600]) {
      const { agent, record } = history.moment(sequence, null);
      expect({ ...agent, configVersions: [] }).toEqual(told(sequence));
      expect(record).toEqual(chain[sequence - 1]);
    }
    expect(() => history.moment(1_500, null)).toThrow('1500');
    expect(() => history.moment(2_601, null)).toThrow('2601');
    history.forget(0);
    expect(() => history.moment(50, null)).toThrow('50');
  });

  it('tells what an event has changed, and what differs from another moment, the earlier one first', () => {
    const history = new FoldedHistory('long');
    history.take(0, null, pageOfChain(0));
    const birth = history.moment(1, null).changes.map(({ path }) => path);
    expect(birth).toEqual(['/name', '/status', '/state', '/config', '/configVersion']);
    const { changes, compared, forkable } = history.moment(300, 200);
    expect(changes).toHaveLength(1);
    expect(changes[0]?.path).toMatch(/^\/state\/flags\//);
    expect(compared).toMatchObject({ from: 200, to: 300 });
    expect(history.moment(200, 300).compared).toEqual(compared);
    expect(history.moment(200, 200).compared?.changes).toEqual([]);
    expect(forkable).toBe(true);
  });

  it('names the first record that the chain contradicts', () => {
    const altered = pageOfChain(0).map((record) =>
      record.sequence === 512 ? { ...record, principal: 'nobody' } : record,
    );
    expect(new FoldedHistory('long').take(0, null, altered).fault).toEqual({ sequence: 512, fault: 'altered' });
    const other = { ...told(2_000), hash: 'f'.repeat(64) };
    const unlinked = new FoldedHistory('long').take(2, other, pageOfChain(2));
    expect(unlinked.fault).toEqual({ sequence: 2_001, fault: 'unlinked' });
    const gap = new FoldedHistory('long').take(2, told(2_000), pageOfChain(2).slice(1));
    expect(gap.fault).toEqual({ sequence: 2_001, fault: 'gap' });
  });

  it('grows by what comes live, over the end of a page, and takes nothing that does not go on', () => {
    const history = new FoldedHistory('long');
    history.take(0, null, pageOfChain(0).slice(0, 990));
    expect(history.append(chain.slice(995, 1_000))).toEqual([]);
    const read = history.append(chain.slice(990, 1_010));
    expect(read.map(({ page, rows, fault }) => [page, rows.length, fault])).toEqual([
      [0, 10, null],
      [1, 10, null],
    ]);
    expect(history.moment(1_010, null).agent.hash).toBe(chain[1_009]?.hash);
  });
});
