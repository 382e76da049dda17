import { setTimeout as delay } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import { chainOf, silent } from '../../projections/_util/fixtures';
import { AgentEvents } from '../agent-events';
import { AgentMoments } from '../agent-moments';
import { Problem } from '../problem';
import { emptyLedger, noSnapshots } from '../stand-ins';
import { Replayer } from './replayer';

type Frame = { op: string; replay: string; event?: EventRecord; reason?: string; from?: number; to?: number };

/** A socket on which agent `a` can be played, whose events are a second apart. */
function deck(mayHear: (record: EventRecord) => boolean = () => true) {
  const frames: Frame[] = [];
  const acts: object[] = [];
  const chain = chainOf('a', 40);
  const history = {
    async *read(_: string, from: number, to = Infinity) {
      yield chain.filter(({ sequence }) => sequence >= from && sequence <= to);
    },
  };
  const events = new AgentEvents(emptyLedger, history);
  const moments = new AgentMoments(events, emptyLedger, noSnapshots, silent);
  const sender = {
    open: true,
    send: (frame: Buffer) => void frames.push(JSON.parse(frame.toString()) as Frame),
    room: () => Promise.resolve(),
  };
  const visit = {
    demandAgent: (id: string) => {
      if (id === 'secret') throw new Problem('forbidden');
    },
    mayHear,
    record: async (act: object) => void acts.push(act),
  };
  const replayer = new Replayer(sender, { events, moments }, visit, silent);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await delay(2);
  };
  const play = (more: object = {}) => replayer.play({ op: 'replay', agent: 'a', speed: 1000, ...more });
  const played = (): (number | undefined)[] =>
    frames.filter(({ op }) => op === 'replayed').map(({ event }) => event?.sequence);
  return { replayer, frames, acts, sender, chain, until, play, played };
}

describe('a replay', () => {
  it('plays a span in order, marked as what it is, and is on record', async () => {
    const { frames, acts, chain, until, play, played } = deck();
    await play({ from: '3', to: chain[9]?.time, replay: 'r' });
    await until(() => frames.at(-1)?.op === 'replay_ended');
    expect(frames[0]).toEqual({ op: 'replaying', replay: 'r', agent: 'a', from: 3, to: 10, speed: 1000 });
    expect(played()).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(frames[1]).toEqual({ op: 'replayed', replay: 'r', event: chain[2] });
    expect(frames.at(-1)).toEqual({ op: 'replay_ended', replay: 'r', reason: 'done' });
    expect(acts).toEqual([{ type: 'HistoryReplayed', about: 'a', detail: { from: '3', to: '10', speed: '1000' } }]);
  });

  it('keeps the pauses between events, divided by its speed', async () => {
    const { frames, until, play } = deck();
    const began = performance.now();
    await play({ from: '1', to: '6', speed: 20 });
    await until(() => frames.at(-1)?.op === 'replay_ended');
    expect(performance.now() - began).toBeGreaterThan(200);
  });

  it('stands still while it is paused, and goes on', async () => {
    const { replayer, frames, until, play, played } = deck();
    await play({ speed: 100 });
    await until(() => played().length >= 3);
    replayer.control({ op: 'replay_pause', replay: 'a' });
    const reached = played().length;
    await delay(60);
    expect(played()).toHaveLength(reached);
    replayer.control({ op: 'replay_resume', replay: 'a' });
    await until(() => frames.at(-1)?.op === 'replay_ended');
    expect(played()).toHaveLength(40);
  });

  it('ends when it is stopped, or when the socket does', async () => {
    const { replayer, frames, until, play, played } = deck();
    await play({ speed: 100 });
    await until(() => played().length >= 2);
    replayer.control({ op: 'replay_stop', replay: 'a' });
    expect(frames.at(-1)).toEqual({ op: 'replay_ended', replay: 'a', reason: 'stopped' });
    await play({ speed: 100 });
    replayer.control({ op: 'replay_pause', replay: 'a' });
    const reached = frames.length;
    replayer.end();
    await delay(50);
    expect(frames).toHaveLength(reached);
    expect(() => replayer.control({ op: 'replay_stop', replay: 'a' })).toThrow('no replay a');
  });

  it('shows nothing that its client may not see, and nothing more once it may no longer', async () => {
    const { frames, until, play, played } = deck(({ sequence }) => sequence < 4);
    await expect(play({ agent: 'secret' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(frames).toEqual([]);
    await play();
    await until(() => frames.at(-1)?.op === 'replay_ended');
    expect([played(), frames.at(-1)?.reason]).toEqual([[1, 2, 3], 'forbidden']);
  });

  it('is one of four on a socket', async () => {
    const { replayer, play } = deck();
    for (const replay of ['1', '2', '3', '4', '4']) await play({ replay, speed: 1 });
    await expect(play({ replay: '5', speed: 1 })).rejects.toMatchObject({ code: 'invalid_message' });
    replayer.end();
  });
});
