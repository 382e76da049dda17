import { applyCommand, createAgent, type Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import { DedupeWindow } from '../actors/core/dedupe-window';
import type { Effect } from '../actors/core/effect';
import { isDomainError } from '../actors/core/errors';
import type { EventRecord } from '../actors/core/event';
import { kindNamed } from '../actors/registry';
import type { AgentView } from '../workflows/messages';
import { AgentFailure } from './failures';

/** Stand-in for Temporal in unit tests: agents in memory, by the same pure functions that the workflow runs, and a clock to be set. */
export class AgentsInMemory {
  now = Date.parse('2026-01-01T00:00:00.000Z');
  readonly records: EventRecord[] = [];
  readonly effects: Effect[] = [];
  /** Of each call in turn. */
  readonly calls: string[] = [];
  private readonly agents = new Map<string, { state: AgentState; window: DedupeWindow }>();

  async create(creation: Creation): Promise<AgentView> {
    this.calls.push('create');
    if (this.agents.has(creation.id)) throw new AgentFailure('agent_exists', 'it exists');
    const { agent, records } = createAgent(kindNamed(creation.kind), creation, this.time);
    this.agents.set(agent.id, { state: agent, window: new DedupeWindow() });
    this.records.push(...records);
    return this.viewOf(agent.id);
  }

  async send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]> {
    this.calls.push('send');
    this.viewOf(agentId);
    return commands.map((command) => this.one(agentId, command));
  }

  async view(agentId: string): Promise<AgentView> {
    this.calls.push('view');
    return this.viewOf(agentId);
  }

  private get time(): string {
    return new Date(this.now).toISOString();
  }

  private viewOf(agentId: string): AgentView {
    const agent = this.agents.get(agentId);
    if (!agent) throw new AgentFailure('agent_not_found', `there is no agent ${agentId}`);
    const { state } = agent;
    return { ...state, published: state.sequence, checkpoint: { sequence: 0, at: 0 }, runId: 'run' };
  }

  private one(agentId: string, command: CommandEnvelope): CommandResult<EventRecord> {
    const agent = this.agents.get(agentId) as { state: AgentState; window: DedupeWindow };
    const commandId = command.id;
    const seen = agent.window.find(commandId);
    if (seen) return { status: 'duplicate', commandId, from: seen[0], to: seen[1] };
    try {
      const before = agent.state.sequence;
      const applied = applyCommand(kindNamed(agent.state.kind), agent.state, command, this.time);
      agent.state = applied.agent;
      agent.window.remember(commandId, [before + 1, applied.agent.sequence]);
      this.records.push(...applied.records);
      this.effects.push(...applied.effects);
      return { status: 'accepted', commandId, sequence: applied.agent.sequence, events: applied.records };
    } catch (error) {
      if (!isDomainError(error)) throw error;
      return { status: 'rejected', commandId, code: error.code, message: error.message, fields: error.fields };
    }
  }
}
