import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { uuidv7 } from 'uuidv7';
import { systemRole, type CommandEnvelope } from '../actors/core/command';
import { checkedConfig } from '../actors/core/validate';
import { edge, edgeAgentId } from '../actors/edge/edge';
import type { Logger } from '../infra/logger';
import { inTransaction } from '../infra/postgres/transaction';
import { addAct, removeActs, takeActs, type WaitingAct } from '../projections/queries/edge-acts';
import type { TemporalAgents } from '../temporal/agents';
import type { Audit, EdgeAct } from './audit';
import type { Ask } from './guarded-postgres';
import { problemOf } from './problem';

const idleMs = 1000;
const mostAtOnce = 200;
/** Acts that this process keeps while Postgres is away. */
const mostKept = 10_000;

/**
 * Puts acts on record: each is in Postgres first, so that none is lost while Temporal is away, and is then recorded by the agent
 * `edge`, once, under its own id. Any number of processes may do so; one at a time hands on.
 */
export class EdgeAudit implements Audit {
  private kept: WaitingAct[] = [];
  private wake = new AbortController();

  constructor(
    private readonly pool: Pool,
    private readonly ask: Ask,
    private readonly agents: Pick<TemporalAgents, 'create' | 'send'>,
    private readonly logger: Logger,
  ) {}

  async record(act: EdgeAct): Promise<void> {
    const waiting = { id: uuidv7(), act };
    try {
      await this.ask(() => addAct(this.pool, waiting));
    } catch (error) {
      this.logger.warn({ err: error, type: act.type }, 'audit: kept in this process until Postgres is back');
      if (this.kept.length < mostKept) this.kept.push(waiting);
      else this.logger.error({ act }, 'audit: too much waits, so this act is in this log only');
    }
    this.wake.abort();
  }

  /** Hands acts on until it is told to stop, and once more then. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.wake = new AbortController();
      const more = await this.handOn().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'audit: what was done at the edge waits to be recorded');
        return false;
      });
      if (more) continue;
      const signal = AbortSignal.any([stop, this.wake.signal]);
      await delay(idleMs, undefined, { signal }).catch(() => undefined);
    }
    await this.handOn().catch(() => undefined);
  }

  /** @returns whether there is more */
  private async handOn(): Promise<boolean> {
    const kept = this.kept.splice(0);
    for (const [index, waiting] of kept.entries()) {
      await this.ask(() => addAct(this.pool, waiting)).catch((error: unknown) => {
        this.kept.unshift(...kept.slice(index));
        throw error;
      });
    }
    return inTransaction(this.pool, async (client) => {
      const acts = await takeActs(client, mostAtOnce);
      if (!acts?.length) return false;
      await this.send(acts.map(commandOf));
      await removeActs(
        client,
        acts.map(({ id }) => id),
      );
      return acts.length === mostAtOnce;
    });
  }

  private async send(commands: CommandEnvelope[]): Promise<void> {
    try {
      await this.sendOnce(commands);
    } catch (error) {
      if (problemOf(error).code !== 'agent_not_found') throw error;
      const creation = { kind: edge.name, id: edgeAgentId, name: edge.title, config: checkedConfig(edge, {}) };
      const command = { id: `create:${edgeAgentId}`, principal: 'system:edge' };
      await this.agents.create({ ...creation, command }).catch((failure: unknown) => {
        if (problemOf(failure).code !== 'agent_exists') throw failure;
      });
      await this.sendOnce(commands);
    }
  }

  private async sendOnce(commands: CommandEnvelope[]): Promise<void> {
    for (const result of await this.agents.send(edgeAgentId, commands)) {
      // It would be refused for ever, and hold up all that come after it.
      if (result.status === 'rejected') this.logger.error({ result }, 'audit: an act was refused');
    }
  }
}

function commandOf({ id, act }: WaitingAct): CommandEnvelope {
  const { principal, reason, ...data } = act as EdgeAct;
  const why = reason === undefined ? {} : { reason };
  return { id, type: 'RecordAct', data, principal, roles: [systemRole], ...why };
}
