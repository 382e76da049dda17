import { DomainError } from './core/errors';
import type { AnyKind } from './core/kind';
import { devops } from './devops/devops';
import { edge } from './edge/edge';
import { flags } from './flags/flags';
import { performance } from './performance/performance';
import { policy } from './policy/policy';
import { run } from './run/run';
import { target } from './target/target';

/** Every kind of agent. The only such list. */
export const kinds: readonly AnyKind[] = [devops, performance, flags, run, target, policy, edge];

/** @throws DomainError `unknown_kind` */
export function kindNamed(name: string): AnyKind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new DomainError('unknown_kind', `there is no kind of agent named ${name}`);
  return kind;
}
