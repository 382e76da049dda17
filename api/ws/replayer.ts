import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../infra/logger';
import type { AgentEvents } from '../agent-events';
import type { AgentMoments } from '../agent-moments';
import { Problem } from '../problem';
import { spanOf, type ReplaySpan } from '../replay-span';
import { frameOf, type ControlReplay, type PlayHistory } from './protocol';
import type { Sender } from './sender';
import type { Visit } from './visit';

/** Most replays at once on one socket. */
const mostReplays = 4;
/** However long nothing happened, the next event comes after this, in ms. */
const longestPauseMs = 5_000;

/** Where the past of agents is read. */
export interface History {
  events: Pick<AgentEvents, 'read'>;
  moments: AgentMoments;
}

/** One replay under way. While it is paused, `going` waits. */
interface Playback {
  stop: AbortController;
  going: Promise<void>;
  go: () => void;
}

/** Plays spans of history on one socket as they happened. Its frames have names of their own, so that nobody takes them for live. */
export class Replayer {
  private readonly playing = new Map<string, Playback>();

  constructor(
    private readonly sender: Pick<Sender, 'send' | 'room' | 'open'>,
    private readonly history: History,
    private readonly visit: Pick<Visit, 'demandAgent' | 'mayHear' | 'record'>,
    private readonly logger: Logger,
  ) {}

  /**
   * Begins a replay; one of the same name ends.
   * @throws Problem `forbidden` | `agent_not_found` | `out_of_range` | `invalid_parameter` | `invalid_message` | `unavailable`
   */
  async play({ agent, from: first, to: last, speed, replay = agent }: PlayHistory): Promise<void> {
    this.visit.demandAgent(agent);
    this.drop(replay);
    if (this.playing.size >= mostReplays) {
      throw new Problem('invalid_message', `a socket plays at most ${mostReplays} replays at once`);
    }
    const span = await spanOf(this.history.moments, agent, first, last);
    const { from, to } = span;
    await this.visit.record({
      type: 'HistoryReplayed',
      about: agent,
      detail: { from: String(from), to: String(to), speed: String(speed) },
    });
    if (!this.sender.open) return;
    const playback: Playback = { stop: new AbortController(), going: Promise.resolve(), go: () => undefined };
    this.playing.set(replay, playback);
    this.sender.send(frameOf({ op: 'replaying', replay, agent, from, to, speed }));
    void this.run(replay, agent, span, speed, playback);
  }

  /** @throws Problem `invalid_message` where there is no such replay */
  control({ op, replay }: ControlReplay): void {
    const playback = this.playing.get(replay);
    if (!playback) throw new Problem('invalid_message', `no replay ${replay} is under way`);
    playback.go();
    switch (op) {
      case 'replay_pause':
        playback.going = new Promise((resolve) => (playback.go = resolve));
        return this.sender.send(frameOf({ op: 'replay_paused', replay }));
      case 'replay_resume':
        return this.sender.send(frameOf({ op: 'replay_resumed', replay }));
      case 'replay_stop':
        this.drop(replay);
        return this.sender.send(frameOf({ op: 'replay_ended', replay, reason: 'stopped' }));
    }
  }

  end(): void {
    for (const name of [...this.playing.keys()]) this.drop(name);
  }

  /** Also one that is paused goes on, to its end. */
  private drop(name: string): void {
    const playback = this.playing.get(name);
    this.playing.delete(name);
    playback?.stop.abort();
    playback?.go();
  }

  private async run(name: string, agent: string, span: ReplaySpan, speed: number, playback: Playback): Promise<void> {
    const { signal } = playback.stop;
    let reason: string;
    try {
      reason = await this.pass(name, agent, span, speed, playback);
    } catch (error) {
      this.logger.warn({ err: error, agentId: agent }, 'ws: a replay broke off');
      reason = 'unavailable';
    }
    if (signal.aborted) return;
    this.playing.delete(name);
    this.sender.send(frameOf({ op: 'replay_ended', replay: name, reason }));
  }

  /** @returns why it ended */
  private async pass(
    replay: string,
    agent: string,
    { from, to }: ReplaySpan,
    speed: number,
    playback: Playback,
  ): Promise<'done' | 'forbidden'> {
    const { signal } = playback.stop;
    let before: number | null = null;
    for await (const event of this.history.events.read(agent, from, to)) {
      const at = Date.parse(event.time);
      const pause = before === null ? 0 : Math.min((at - before) / speed, longestPauseMs);
      if (pause >= 1) await delay(pause, undefined, { signal }).catch(() => undefined);
      await playback.going;
      // A client that does not read holds up its own replay only.
      await this.sender.room();
      if (signal.aborted || !this.sender.open) return 'done';
      if (!this.visit.mayHear(event)) return 'forbidden';
      this.sender.send(frameOf({ op: 'replayed', replay, event }));
      before = at;
    }
    return 'done';
  }
}
