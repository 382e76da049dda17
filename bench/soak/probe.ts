import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { Client } from 'pg';
import { connectionOptions } from '../../infra/nats/connection';
import { projectorBacklog } from '../../infra/nats/consumer';
import type { Role } from '../../stack/stack-file';
import type { BenchStack } from '../bench-stack';
import { roles, usageOfStack, type Usage } from '../process-usage';

/** Those that serve metrics made by `infra/metrics`. */
export const ownRoles = ['worker', 'api', 'projector', 'evidence'] as const;
type OwnRole = (typeof ownRoles)[number];

/** How a stack stood at one moment. */
export interface Reading {
  /** Of each process with its children. */
  usage: Record<Role, Usage>;
  /** What is used of the heap of those in Node, MiB. */
  heapMb: Record<OwnRole, number>;
  /** p99 of how late the event loop was since the last time somebody looked, ms. */
  loopMs: Record<OwnRole, number>;
  /** Messages that are not in the ledger, by the projector's own word. */
  lag: number;
  /** Messages that the projector has not acked, by JetStream's word. */
  unconsumed: number;
  /** Events that could not be published at once and stayed with their agents, since the start. */
  left: number;
  /** Acts at the edge that are not on record. */
  edgeActs: number;
  /** How often a process of the stack was begun anew, since the first reading. */
  restarts: number;
}

/** Reads how a stack stands. */
export class Probe {
  private readonly pids = new Map<Role, number | null>();
  private restarts = 0;

  private constructor(
    private readonly stack: BenchStack,
    private readonly nats: NatsConnection,
  ) {}

  static async open(stack: BenchStack): Promise<Probe> {
    return new Probe(stack, await connect(connectionOptions([stack.file().nats], 'bench')));
  }

  close(): Promise<void> {
    return this.nats.close();
  }

  async read(): Promise<Reading> {
    const [backlog, ...texts] = await Promise.all([
      projectorBacklog(this.nats),
      ...ownRoles.map(async (role) => (await fetch(this.stack.metrics[role])).text()),
    ]);
    const text = Object.fromEntries(ownRoles.map((role, i) => [role, texts[i] ?? ''])) as Record<OwnRole, string>;
    const own = (of: (text: string) => number) =>
      Object.fromEntries(ownRoles.map((role) => [role, of(text[role])])) as Record<OwnRole, number>;
    const left = (role: OwnRole): number => valueOf(text[role], 'ymera_events_published_total', 'outcome="left"');
    return {
      usage: this.usage(),
      heapMb: own((each) => valueOf(each, 'nodejs_heap_size_used_bytes') / 2 ** 20),
      loopMs: own((each) => valueOf(each, 'nodejs_eventloop_lag_p99_seconds') * 1000),
      lag: valueOf(text.projector, 'ymera_projector_lag_messages'),
      unconsumed: backlog.waiting + backlog.unacked,
      left: left('api') + left('worker'),
      edgeActs: valueOf(text.api, 'ymera_edge_acts_waiting'),
      restarts: this.restarts,
    };
  }

  /** MiB on disk: what lies in the folders of three servers, and Ymera's database as PostgreSQL tells it. */
  async disk(): Promise<Record<'temporal' | 'nats' | 'redis' | 'postgres', number>> {
    const of = async (role: Role): Promise<number> => (await bytesBelow(join(this.stack.home, role))) / 2 ** 20;
    const [temporal, nats, redis] = await Promise.all([of('temporal'), of('nats'), of('redis')]);
    const database = new Client({ connectionString: this.stack.file().postgres });
    await database.connect();
    const { rows } = await database.query<{ size: string }>('SELECT pg_database_size(current_database()) AS size');
    await database.end();
    return { temporal, nats, redis, postgres: Number(rows[0]?.size) / 2 ** 20 };
  }

  private usage(): Record<Role, Usage> {
    const { pids } = this.stack.file();
    for (const role of roles) {
      const before = this.pids.get(role);
      if (before !== undefined && before !== pids[role]) this.restarts += 1;
      this.pids.set(role, pids[role]);
    }
    return usageOfStack(this.stack);
  }
}

/** The sum of a metric's samples that have a label; 0 where there is none. */
function valueOf(metrics: string, name: string, label = ''): number {
  const lines = metrics.split('\n').filter((line) => /^[{ ]/.test(line.slice(name.length)) && line.startsWith(name));
  return lines
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map((file) => stat(file).catch(() => ({ size: 0 }))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
