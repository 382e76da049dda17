import { createAgent } from '../actors/core/agent';
import { evolveAgent, unborn, type AgentState } from '../actors/core/agent-state';
import type { EventRecord } from '../actors/core/event';
import { flags } from '../actors/flags/flags';
import { chainOf, silent } from '../projections/_util/fixtures';
import { AgentEvents } from './agent-events';
import { AgentMoments } from './agent-moments';
import { emptyLedger } from './stand-ins';

const chain = chainOf('a', 3_100);

/** Moments over a ledger that has the first `inLedger` records, a history that has all, and what was asked of them. */
function momentsOf(inLedger: number, kept: AgentState[] = []) {
  const read: number[] = [];
  const of = (from: number, to: number, end: number): EventRecord[] =>
    chain.slice(0, end).filter(({ sequence }) => sequence >= from && sequence <= to);
  const ledger = {
    ...emptyLedger,
    events: async (_: string, from: number, to: number, limit: number) => {
      const page = of(from, to, inLedger).slice(0, limit);
      read.push(...page.map(({ sequence }) => sequence));
      return page;
    },
    sequenceAt: async (_: string, time: string) =>
      chain.slice(0, inLedger).filter((record) => record.time <= time).length,
  };
  const history = {
    async *read(_: string, from: number, to = Infinity) {
      yield of(from, to, chain.length);
    },
  };
  const snapshots = {
    before: async (_: string, sequence: number) => kept.filter((each) => each.sequence <= sequence).at(-1) ?? null,
    keep: async (states: readonly AgentState[]) => void kept.push(...states),
  };
  const moments = new AgentMoments(new AgentEvents(ledger, history), ledger, snapshots, silent);
  return { moments, kept, read };
}

const states: AgentState[] = [];
for (const record of chain) states.push(evolveAgent(flags, states.at(-1) ?? unborn(flags, 'a'), record));
const timeOf = (sequence: number): string => (chain[sequence - 1] as EventRecord).time;

describe('moments', () => {
  it('fold from the nearest snapshot, and keep those that were missing', async () => {
    const { moments, kept, read } = momentsOf(3_000);
    expect(await moments.at('a', 2_500)).toEqual(states[2_499]);
    expect(kept.map(({ sequence }) => sequence)).toEqual([1_000, 2_000]);
    read.length = 0;
    expect(await moments.at('a', 2_501)).toEqual(states[2_500]);
    expect([Math.min(...read), Math.max(...read)]).toEqual([2_001, 2_501]);
    expect(await moments.at('a', 2_000)).toEqual(states[1_999]);
  });

  it('go on in the history where the ledger ends', async () => {
    const { moments } = momentsOf(1_200);
    expect(await moments.at('a')).toEqual(states.at(-1));
    expect(await moments.at('a', 1_250)).toEqual(states[1_249]);
    await expect(moments.at('a', 3_101)).rejects.toMatchObject({ code: 'out_of_range' });
  });

  it.each([1, 7, 1_000, 1_199, 1_200, 1_201, 3_100])(
    'at the time of event %i and until the next are after it',
    async (sequence) => {
      const { moments } = momentsOf(1_200);
      const later = new Date(Date.parse(timeOf(sequence)) + 999).toISOString();
      for (const time of [timeOf(sequence), later]) expect(await moments.sequenceOf('a', { time })).toBe(sequence);
    },
  );

  it('are none before an agent was born', async () => {
    const { moments } = momentsOf(1_200);
    const time = new Date(Date.parse(timeOf(1)) - 1).toISOString();
    await expect(moments.at('a', { time })).rejects.toMatchObject({ code: 'out_of_range' });
  });

  it('hold for an agent that the ledger alone remembers', async () => {
    const gone = {
      read: () => {
        throw Object.assign(new Error('gone'), { code: 5 });
      },
    };
    const ledger = {
      ...emptyLedger,
      find: async () => states.at(-1) as AgentState,
      events: async (_: string, from: number, to: number, limit: number) =>
        chain.filter(({ sequence }) => sequence >= from && sequence <= to).slice(0, limit),
    };
    const snapshots = { before: async () => null, keep: async () => undefined };
    const moments = new AgentMoments(new AgentEvents(ledger, gone), ledger, snapshots, silent);
    expect(await moments.at('a')).toEqual(states.at(-1));
  });

  it('fold a birth by fork to what it carries', () => {
    const from = { agent: 'a', sequence: 3_100, hash: chain.at(-1)?.hash ?? '' };
    const last = states.at(-1) as AgentState;
    const fork = { state: last.state, from };
    const command = { id: 'c', principal: 'ann' };
    const made = createAgent(
      flags,
      { kind: 'flags', id: 'b', name: 'B', config: last.config, fork, command },
      timeOf(1),
    );
    expect(made.agent).toMatchObject({ state: last.state, config: last.config, configVersion: 1, forkedFrom: from });
    expect(evolveAgent(flags, unborn(flags, 'b'), made.records[0] as EventRecord)).toEqual(made.agent);
  });
});
