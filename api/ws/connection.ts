import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { EventRecord } from '../../actors/core/event';
import type { Logger } from '../../infra/logger';
import type { RunLogStream } from '../read-side';
import { Problem, problemOf } from '../problem';
import type { EventFrame } from './frame';
import type { Hub, Member } from './hub';
import { LogFollower } from './log-follower';
import { Outbox } from './outbox';
import type { Past } from './past';
import { errorFrame, filterOf, frameOf, parseMessage, type Subscribe } from './protocol';
import { Replayer, type History } from './replayer';
import { Sender } from './sender';
import { wireOf } from './wire';
import { Visit, type Visitor, type VisitPorts } from './visit';

const pingEveryMs = 20_000;
const mostUnanswered = 64;

export interface ConnectionPorts extends VisitPorts {
  hub: Hub;
  past: Past;
  logs: RunLogStream;
  history: History;
  logger: Logger;
  onSlow(framesDropped: number): void;
}

/** One client: what it says, and what it has subscribed to. It has one subscription; a new one replaces the old. */
export class Connection implements Member {
  private readonly sender: Sender;
  private readonly logs: LogFollower;
  private readonly replays: Replayer;
  private readonly visit: Visit;
  private readonly early = new Set<string>();
  private outbox: Outbox | null = null;
  /** Messages are answered one after another. */
  private work: Promise<void> = Promise.resolve();
  private unanswered = 0;
  private pingedAt = Date.now();
  private alive = true;

  constructor(
    private readonly socket: WebSocket,
    stream: Duplex,
    visitor: Visitor,
    private readonly ports: ConnectionPorts,
  ) {
    this.sender = new Sender(wireOf(socket, stream), (dropped) => ports.onSlow(dropped));
    this.logs = new LogFollower(this.sender, ports.logs, ports.logger);
    const less = (): void => {
      if (!this.visit.may('runs:read')) this.logs.end();
    };
    this.visit = new Visit(visitor, ports, less, (code, reason) => this.turnOut(code, reason));
    this.replays = new Replayer(this.sender, ports.history, this.visit, ports.logger);
    // A broken frame or connection closes the socket, which is all that there is to do.
    socket.on('error', (error) => ports.logger.debug({ err: error }, 'ws: broken'));
    socket.on('pong', () => {
      this.alive = true;
    });
    socket.on('message', (data, binary) => this.receive(data as Buffer, binary));
    socket.on('close', () => this.end());
    ports.hub.add(this);
  }

  offer(frame: EventFrame): void {
    this.outbox?.offer(frame);
  }

  offerEarly(frame: EventFrame): void {
    this.outbox?.offerEarly(frame);
  }

  restart(): void {
    this.outbox?.restart();
  }

  tick(): void {
    this.sender.check();
    if (this.sender.open) this.visit.check();
    if (!this.sender.open || Date.now() - this.pingedAt < pingEveryMs) return;
    if (!this.alive) return this.socket.terminate();
    this.alive = false;
    this.pingedAt = Date.now();
    this.socket.ping();
  }

  private receive(data: Buffer, binary: boolean): void {
    if (this.unanswered >= mostUnanswered) return this.socket.close(1008, 'too many messages');
    this.unanswered += 1;
    this.work = this.work
      .then(() => this.answer(binary ? '' : data.toString()))
      .catch((error: unknown) => this.refuse(problemOf(error)))
      .catch((error: unknown) => {
        this.ports.logger.error({ err: error }, 'ws: a refusal is not on record');
        this.turnOut(1011, 'internal_error');
      })
      .finally(() => {
        this.unanswered -= 1;
      });
  }

  private async answer(text: string): Promise<void> {
    const message = parseMessage(text);
    if (!this.sender.open) return;
    switch (message.op) {
      case 'subscribe':
        return this.subscribe(message);
      case 'unsubscribe':
        this.outbox?.end();
        this.outbox = null;
        return this.sender.send(frameOf({ op: 'unsubscribed' }));
      case 'logs':
        await this.visit.demandRun(message.run);
        if (this.sender.open) this.logs.follow(message);
        return;
      case 'unlogs':
        this.logs.unfollow(message.run);
        return this.sender.send(frameOf({ op: 'unlogged', run: message.run }));
      case 'replay':
        return this.replays.play(message);
      case 'replay_pause':
      case 'replay_resume':
      case 'replay_stop':
        return this.replays.control(message);
      case 'ping':
        return this.sender.send(frameOf({ op: 'pong' }));
    }
  }

  private async subscribe(message: Subscribe): Promise<void> {
    const { hub, past, logger } = this.ports;
    const { agents, types, since } = message;
    this.visit.demand('events:read');
    if (since !== undefined) await this.checkReached(since);
    this.outbox?.end();
    const position = since ?? hub.position;
    const wanted = filterOf(message);
    const wants = (record: EventRecord): boolean => wanted(record) && this.visit.mayHear(record);
    const outbox = new Outbox(this.sender, wants, position ?? 0, this.early);
    this.sender.send(frameOf({ op: 'subscribed', agents, ...(types ? { types } : {}), position }));
    this.outbox = outbox;
    if (since === undefined) return;
    void outbox.resume(past, (error) => logger.warn({ err: error }, 'ws: the past is not read now'));
  }

  /** @throws Problem `out_of_range` where the stream has not come to that position; while NATS is down it may have. */
  private async checkReached(since: number): Promise<void> {
    const last = await this.ports.past.last().catch(() => null);
    if (last === null || since <= Math.max(last, this.ports.hub.position ?? 0)) return;
    throw new Problem('out_of_range', `the stream ends at position ${last}`);
  }

  private async refuse(problem: Problem): Promise<void> {
    if (problem.code === 'forbidden') await this.visit.deny(problem);
    this.sender.send(errorFrame(problem));
  }

  /** Sends nothing any more, whatever the client makes of the close. */
  private turnOut(code: number, reason: string): void {
    this.end();
    this.socket.close(code, reason);
  }

  private end(): void {
    this.ports.hub.remove(this);
    this.sender.end();
    this.logs.end();
    this.replays.end();
    this.outbox?.end();
  }
}
