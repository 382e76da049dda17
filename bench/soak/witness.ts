import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import type { EventRecord } from '../../actors/core/event';
import type { BenchStack } from '../bench-stack';
import type { Done } from './mixture';

/** A WebSocket that reads every frame of every agent from the first event on, and a count of its own at the end. */
export class Witness {
  /** By agent, the sequence of the frame last read. */
  private readonly last = new Map<string, number>();
  private readonly faults: string[] = [];
  frames = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString('utf8')) as Frame));
    socket.on('close', (code) => this.faults.push(`the socket was closed with ${code}`));
  }

  static async open(stack: BenchStack): Promise<Witness> {
    const socket = new WebSocket(stack.file().ws, { headers: { authorization: `Bearer ${stack.token}` } });
    const witness = new Witness(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ op: 'subscribe', agents: ['*'], since: 0 }));
    return witness;
  }

  private take({ op, event }: Frame): void {
    if (op === 'error') this.faults.push('the socket was told of an error');
    if (op !== 'event' || !event) return;
    this.frames += 1;
    const id = event.source.slice('/agents/'.length);
    const expected = (this.last.get(id) ?? 0) + 1;
    if (event.sequence !== expected) this.faults.push(`${id}: frame ${event.sequence} came instead of ${expected}`);
    this.last.set(id, event.sequence);
  }

  /**
   * Compares what was acknowledged with the rows of the ledger, and those with the frames, agent by agent.
   * @returns one line of counts, and what does not fit
   */
  async verdict(stack: BenchStack, done: Done): Promise<{ counts: string; faults: string[] }> {
    this.socket.removeAllListeners('close');
    this.socket.close();
    const ledger = new Client({ connectionString: stack.file().postgres });
    await ledger.connect();
    try {
      const { rows } = await ledger.query<Row>(byAgent);
      const faults = [...this.faults];
      const ended = rows.reduce((sum, { succeeded }) => sum + Number(succeeded), 0);
      if (ended !== done.runs) faults.push(`${done.runs} runs ended, in the ledger ${ended}`);
      for (const { id, events, last, sets } of rows) {
        const frames = this.last.get(id) ?? 0;
        if (Number(events) !== Number(last)) faults.push(`${id}: ${events} rows, the last of them is ${last}`);
        if (Number(last) !== frames) faults.push(`${id}: ${last} rows, ${frames} frames`);
        const commands = done.commands.get(id) ?? 0;
        if (Number(sets) !== commands) faults.push(`${id}: ${commands} commands acknowledged, ${sets} rows of them`);
      }
      const sum = (of: (row: Row) => string): number => rows.reduce((total, row) => total + Number(of(row)), 0);
      const commands = [...done.commands.values()].reduce((total, count) => total + count, 0);
      const counts =
        `${commands} commands acknowledged, ${sum(({ sets }) => sets)} rows of them in the ledger; ` +
        `${done.runs} runs ended, ${ended} in the ledger; ${sum(({ events }) => events)} rows in all, ${this.frames} frames`;
      return { counts, faults };
    } finally {
      await ledger.end();
    }
  }

  /** Waits until no frame has come for three seconds. */
  async quiet(): Promise<void> {
    for (let seen = -1; seen !== this.frames;) {
      seen = this.frames;
      await delay(3_000);
    }
  }
}

interface Frame {
  op: string;
  event?: EventRecord;
}

interface Row {
  id: string;
  events: string;
  last: string;
  sets: string;
  succeeded: string;
}

const byAgent = `
  SELECT agent_id AS id, count(*) AS events, max(sequence) AS last,
    count(*) FILTER (WHERE type = 'ymera.flags.FlagSet') AS sets,
    count(*) FILTER (WHERE type = 'ymera.run.RunEnded' AND record->'data'->>'outcome' = 'succeeded') AS succeeded
  FROM events GROUP BY agent_id`;
