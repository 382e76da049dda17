import type { Command } from '../core/command';
import type { DomainEvent } from '../core/event';
import type { AgentKind } from '../core/kind';
import { checkPolicyConfig, policyConfig, type PolicyConfig } from './config';

/** There is one of its kind. */
export const policyAgentId = 'policy';

/** What runs may do at all: freezes, allow-lists and guards. All of it is config, so each change has its version and author. */
export const policy: AgentKind<Record<string, never>, Command<never>, DomainEvent<never>, PolicyConfig> = {
  name: 'policy',
  title: 'Policy',
  description: 'What runs may do at all: freezes, allow-lists and guards.',
  internal: true,
  config: policyConfig,
  commands: {},
  events: {},
  initialState: () => ({}),
  decide: () => [],
  evolve: (state) => state,
  checkConfig: checkPolicyConfig,
};
