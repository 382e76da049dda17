import { setTimeout as delay } from 'node:timers/promises';
import { checkedConfig } from '../actors/core/validate';
import type { PolicyConfig } from '../actors/policy/config';
import { policy, policyAgentId } from '../actors/policy/policy';
import type { TemporalAgents } from './agents';
import { AgentFailure } from './failures';

export interface PolicyReaderOptions {
  /** How long what was read counts as new. */
  freshMs: number;
  /** How long a read waits where an older policy is known. */
  patienceMs: number;
  now(): number;
  /** A policy could not be read, and the one known before is used. */
  onError(error: unknown): void;
}

const defaults: PolicyReaderOptions = {
  freshMs: 3000,
  patienceMs: 1000,
  now: Date.now,
  onError: () => undefined,
};

/** The policy as it stands, some seconds behind at most while Temporal answers. */
export class PolicyReader {
  private readonly options: PolicyReaderOptions;
  private known: { config: PolicyConfig; at: number } | null = null;
  private reading: Promise<PolicyConfig> | null = null;

  constructor(
    private readonly agents: Pick<TemporalAgents, 'create' | 'view'>,
    options: Partial<PolicyReaderOptions> = {},
  ) {
    this.options = { ...defaults, ...options };
  }

  /**
   * The policy, or the last known one where Temporal is slow or away. Makes it where it is not there.
   * @throws AgentFailure `unavailable` where none was ever read: without a policy, nothing may be done
   */
  async read(): Promise<PolicyConfig> {
    const { known } = this;
    if (known && this.options.now() - known.at < this.options.freshMs) return known.config;
    this.reading ??= this.refresh().finally(() => (this.reading = null));
    if (!known) return this.reading;
    const reading = this.reading.catch((error: unknown) => {
      this.options.onError(error);
      return known.config;
    });
    const done = new AbortController();
    try {
      const patience = delay(this.options.patienceMs, known.config, { ref: false, signal: done.signal });
      return await Promise.race([reading, patience.catch(() => known.config)]);
    } finally {
      done.abort();
    }
  }

  /** Makes the policy agent, with nothing forbidden, where there is none. @throws AgentFailure `unavailable` */
  async ensure(): Promise<void> {
    try {
      await this.agents.create({
        kind: policy.name,
        id: policyAgentId,
        name: policy.title,
        config: checkedConfig(policy, {}),
        command: { id: `create:${policyAgentId}`, principal: 'system:stack' },
      });
    } catch (error) {
      if (!(error instanceof AgentFailure && error.code === 'agent_exists')) throw error;
    }
  }

  private async refresh(): Promise<PolicyConfig> {
    const at = this.options.now();
    const config = (await this.view()).config as PolicyConfig;
    this.known = { config, at };
    return config;
  }

  private async view(): Promise<{ config: unknown }> {
    try {
      return await this.agents.view(policyAgentId);
    } catch (error) {
      if (!(error instanceof AgentFailure && error.code === 'agent_not_found')) throw error;
    }
    await this.ensure();
    return this.agents.view(policyAgentId);
  }
}
