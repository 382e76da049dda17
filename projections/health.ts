import type { AgentState } from '../actors/core/agent-state';
import type { AgentHealth } from '../actors/core/health';
import { kinds } from '../actors/registry';

/** Names of the kinds that say how that stands which they look after. */
export function kindsWithHealth(): string[] {
  return kinds.filter((kind) => 'health' in kind).map(({ name }) => name);
}

/** What the agent's kind says of it; null where it says nothing, or is not known to this release. */
export function healthOf({ kind, state }: AgentState): AgentHealth | null {
  return (state === null ? undefined : kinds.find(({ name }) => name === kind)?.health?.(state)) ?? null;
}
