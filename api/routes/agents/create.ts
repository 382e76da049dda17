import { createHash } from 'node:crypto';
import type { Static } from '@sinclair/typebox';
import { uuidv7 } from 'uuidv7';
import type { Creation } from '../../../actors/core/agent';
import { DomainError } from '../../../actors/core/errors';
import { checkedConfig } from '../../../actors/core/validate';
import type { AnyKind } from '../../../actors/core/kind';
import { kindNamed } from '../../../actors/registry';
import { presentAgent, type PresentedAgent } from '../../agent-reader';
import { commandMeta, type Sender } from '../../commands';
import type { Dependencies } from '../../dependencies';
import { Problem, problemOf } from '../../problem';
import type { newAgent } from './schema';

/**
 * Makes an agent; with an `Idempotency-Key` a retry finds the one that the first try made.
 * @throws Problem `unknown_kind` | `internal_kind` | `invalid_config` | `agent_exists` | `unavailable`
 */
export async function createAgent(
  deps: Dependencies,
  { kind: kindName, id, name, config }: Static<typeof newAgent>,
  sender: Sender,
): Promise<{ agent: PresentedAgent; replayed: boolean }> {
  const kind = kindNamed(kindName);
  if (kind.internal) throw new Problem('internal_kind');
  const command = commandMeta(sender);
  const agentId = id ?? newAgentId(sender, command.id);
  return makeAgent(deps, {
    kind: kind.name,
    id: agentId,
    name: name ?? agentId,
    config: configOf(kind, config),
    command,
  });
}

/** Makes an agent, or finds the one that the same command has made before. @throws Problem `agent_exists` | `unavailable` */
export async function makeAgent(
  deps: Dependencies,
  creation: Creation,
): Promise<{ agent: PresentedAgent; replayed: boolean }> {
  const { id, command } = creation;
  try {
    const agent = await deps.agents.create(creation);
    return { agent: presentAgent(agent, 'live'), replayed: false };
  } catch (error) {
    if (problemOf(error).code !== 'agent_exists') throw error;
    const first = await deps.events.one(id, 1);
    if (first.commandid !== command.id) throw error;
    return { agent: presentAgent(await deps.agents.view(id), 'live'), replayed: true };
  }
}

/** The same for the same key, so that a retry meets what the first try made. */
export function newAgentId({ headers }: Sender, commandId: string): string {
  if (headers['idempotency-key'] === undefined) return uuidv7();
  return createHash('sha256').update(commandId).digest('hex').slice(0, 32);
}

/** A config with its defaults filled in. @throws Problem `invalid_config`, its pointers below `/config` */
export function configOf(kind: AnyKind, config: unknown): unknown {
  try {
    return checkedConfig(kind, config);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fields = error.fields.map(({ pointer, message }) => ({ pointer: `/config${pointer}`, message }));
    throw new Problem('invalid_config', error.message, fields);
  }
}
